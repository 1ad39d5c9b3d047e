"""The sequencer as a loop: it seals what waits within a tenth of a second, until it is told to stop.

Trouble (a full disk, a damaged tile, a desk put back) is written where the gate reads it, so that
no permit is issued while nothing can be logged; the loop tries again and clears it.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import datetime

from django.db import DatabaseError, connection, transaction

from forbear.evidence.errors import ProofError
from forbear.evidence.log_errors import LogInUse
from forbear_server.services.log_sequencing import Sequencer, sequencer
from forbear_server.store import log_rows
from forbear_server.store.log_files import origin

# Entries wait at most this long before their batch is sealed, beside the time that takes.
PAUSE_SECONDS = 0.05
_RETRY_SECONDS = 2.0
_log = logging.getLogger("forbear.log")


def run_sequencer(
    stop: threading.Event,
    *,
    clock: Callable[[], datetime],
) -> None:
    """Seal batches until `stop` is set; stands by while another process is the sequencer."""
    while not stop.is_set():
        try:
            with sequencer() as held:
                if held is not None:
                    log_rows.set_trouble("", origin=origin(), now=clock())
                    _seal_until(stop, held, clock)
        except LogInUse as fault:  # the one before has not let go of the folder yet
            _log.warning("standing by: %s", fault)
        except DatabaseError as fault:
            _log.error("the desk cannot be reached: %s", fault)
        except Exception as fault:  # whatever it is, the gate must hear of it and sealing go on
            _log.exception("the evidence log cannot be written")
            tell_trouble(fault, clock())
        connection.close()
        stop.wait(_RETRY_SECONDS)


def _seal_until(
    stop: threading.Event,
    held: Sequencer,
    clock: Callable[[], datetime],
) -> None:
    while not stop.is_set():
        if not held.seal_batch(now=clock()).count:
            stop.wait(PAUSE_SECONDS)


def tell_trouble(trouble: Exception, now: datetime) -> None:
    """Write why nothing can be sealed where the gate reads it."""
    try:
        with transaction.atomic():
            told = str(trouble) or type(trouble).__name__
            log_rows.set_trouble(told, origin=origin(), now=now)
    except (DatabaseError, OSError, ProofError) as fault:
        _log.error("the trouble could not be told to the desk: %s", fault)


def start_sequencer(*, clock: Callable[[], datetime]) -> Callable[[], None]:
    """Run the sequencer in a thread of this process; call what comes back to stop it."""
    stop = threading.Event()
    thread = threading.Thread(
        target=run_sequencer, args=(stop,), kwargs={"clock": clock}, name="log-sequencer"
    )
    thread.start()

    def end() -> None:
        stop.set()
        thread.join(timeout=30)

    return end
