"""Open the desk for a command: make sure the database answers while the command runs."""

from __future__ import annotations

from django.conf import settings

from forbear_server.cli.django_setup import set_up_django
from forbear_server.store import embedded


def open_desk() -> None:
    """Start the embedded PostgreSQL if it is ours to start; the last process stops it again."""
    set_up_django()
    if settings.DATABASE_IS_EMBEDDED:
        embedded.attach(settings.DATA_DIR)
