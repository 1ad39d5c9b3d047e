"""When a check runs: at once for an ordinary file, beside the request for a large one."""

from __future__ import annotations

import logging
import threading
from datetime import datetime
from uuid import UUID

from django.db import connection

from forbear_server.selectors.actors import Actor
from forbear_server.services.import_checks import check_import, record_check_failed
from forbear_server.store.lender_scope import lender_scope

AT_ONCE_BYTES = 20 * 1024 * 1024
_log = logging.getLogger("forbear.imports")


def begin_check(*, actor: Actor, import_uuid: UUID, size_bytes: int, now: datetime) -> None:
    if size_bytes <= AT_ONCE_BYTES:
        _check(actor, import_uuid, now)
        return
    threading.Thread(target=_check_beside, args=(actor, import_uuid, now), daemon=True).start()


def _check(actor: Actor, import_uuid: UUID, now: datetime) -> None:
    """A check that breaks is our fault: the import says so and may be checked again."""
    try:
        check_import(actor=actor, import_uuid=import_uuid, now=now)
    except Exception as fault:
        _log.exception("check of import %s", import_uuid)
        record_check_failed(
            actor=actor, import_uuid=import_uuid, failure=type(fault).__name__, now=now
        )


def _check_beside(actor: Actor, import_uuid: UUID, now: datetime) -> None:
    try:
        with lender_scope(actor.lender_id):
            _check(actor, import_uuid, now)
    finally:
        connection.close()
