"""Open the desk for a command: make sure the database answers while the command runs."""

from __future__ import annotations

from django.conf import settings
from django.db import connection

from forbear_server.cli.django_setup import set_up_django
from forbear_server.cli.presenting import refusing
from forbear_server.store import embedded


class DeskEmpty(RuntimeError):
    """The database answers but holds no tables yet."""


def open_desk(*, is_new: bool = False) -> None:
    """Start the embedded PostgreSQL if it is ours to start; the last process stops it again.

    Ends the command with what to do when there are no tables yet, unless `is_new`.
    """
    set_up_django()
    if settings.DATABASE_IS_EMBEDDED:
        embedded.attach(settings.DATA_DIR)
    if not is_new and "lender" not in connection.introspection.table_names():
        with refusing(DeskEmpty):
            raise DeskEmpty(
                f"The desk of {settings.DATA_DIR} has no tables yet. Make them with `forbear db "
                "migrate`, or name another desk: FORBEAR_DATA_DIR=var/demo is the demo's."
            )
