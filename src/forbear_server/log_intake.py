"""What granian runs for `forbear log intake`."""

from __future__ import annotations

from forbear_server.cli.django_setup import set_up_django

set_up_django()

from forbear_server.jobs.log_intake import Intake  # noqa: E402 - Django is set up first
from forbear_server.ui.clock import business_now, wall_now  # noqa: E402

application = Intake(clock=wall_now, business_clock=business_now)
