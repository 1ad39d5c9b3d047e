"""Give waiting entries their places in the log, sign the new head, make it durable, publish it.

One sequencer at a time, held by a lock that dies with it. In this order: (1) one transaction takes
the entries from the queue, gives them their places and keeps the signed head; (2) the tiles are
durable; (3) the checkpoint is published. Killed between any two, the next sequencer goes on from
the kept heads: the same places, the same head, the same bytes. A head is never signed twice for
one size, and nothing is published that the desk does not hold.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

from django.db import transaction

from forbear.evidence.checkpoints import Checkpoint
from forbear.evidence.keys import SigningKey
from forbear.evidence.log_directory import LogDirectory
from forbear.evidence.notes import sign_note
from forbear.evidence.rebuilding import Rebuilt, rebuild
from forbear_server.selectors.log_proofs import published_head
from forbear_server.store import log_rows
from forbear_server.store.log_files import log_folder, signing_key

BATCH_ENTRIES = 1024
# A crash leaves one head behind. So many are a lost folder, which is written anew as a whole.
_MOST_HEADS_BEHIND = 256
# A sequencer seals within a tenth of a second; a loaded machine gets five seconds.
_MOMENTS = 100
_MOMENT_SECONDS = 0.05


class LogContradictsDesk(RuntimeError):
    """The tiles and the desk's rows tell two stories: nothing may be added until one is mended."""

    code = "log_contradicts_desk"


@dataclass(frozen=True, slots=True)
class Sealed:
    """A batch that is durable and published: its entries, in the order of their places."""

    first_index: int
    entry_ids: tuple[UUID, ...]

    @property
    def count(self) -> int:
        return len(self.entry_ids)


class Sequencer:
    """The one that writes. Made by `sequencer()`, which sees to it that there is one only."""

    def __init__(self, log: LogDirectory, key: SigningKey) -> None:
        self._log = log
        self._key = key

    @property
    def size(self) -> int:
        """How many entries are published."""
        return self._log.size

    def catch_up(self) -> int:
        """Write and publish heads that were kept but not published; how many there were.

        Raises `LogContradictsDesk` when the log is ahead of the desk (a database put back from an
        older copy) or an entry of the desk is not what was signed.
        """
        newest = log_rows.newest_head()
        if self._log.size and (newest is None or newest.size < self._log.size):
            raise LogContradictsDesk(
                f"The published log has {self._log.size} entries, the desk's newest head "
                f"{newest.size if newest else 0}: the database was put back to an older copy. "
                "Restore the newer one; entries that were published cannot be taken back."
            )
        known = log_rows.head_of(self._log.size) if self._log.size else None
        if self._log.size and (known is None or known.root != self._log.root):
            raise LogContradictsDesk(
                f"The published head of size {self._log.size} is not the one the desk keeps: "
                "log_head was changed, or the folder belongs to another desk."
            )
        behind = log_rows.heads_beyond(self._log.size)
        if len(behind) > _MOST_HEADS_BEHIND:
            raise LogContradictsDesk(
                f"The published log has {self._log.size} entries, the desk {behind[-1].size}: its "
                "folder was lost or put back. Write it anew with `forbear log rebuild`."
            )
        for head in behind:
            entries = list(log_rows.entries_between(self._log.size, head.size))
            batch = self._log.prepare(entries)
            if (batch.size, batch.root) != (head.size, head.root):
                raise LogContradictsDesk(
                    f"The rows of log_leaf up to {head.size} do not lead to the root that was "
                    "signed: a row was changed or taken away. Compare with a copy of the tiles."
                )
            self._log.write(batch)
            self._log.publish(head.note)
        return len(behind)

    def seal_batch(self, *, now: datetime, most: int = BATCH_ENTRIES) -> Sealed:
        """Seal the oldest waiting entries. What comes back is empty when nothing waits."""
        with transaction.atomic():
            taken = log_rows.take_waiting(most)
            if not taken:
                return Sealed(self._log.size, ())
            batch = self._log.prepare([one.canonical for one in taken])
            checkpoint = Checkpoint(self._key.verifier_key.name, batch.size, batch.root)
            note = sign_note(checkpoint.text, [self._key])
            log_rows.place_entries(batch.old_size, taken)
            log_rows.keep_head(log_rows.Head(batch.size, batch.root, note), now=now)
        self._log.write(batch)
        self._log.publish(note)
        return Sealed(batch.old_size, tuple(one.uuid for one in taken))


@contextmanager
def sequencer() -> Iterator[Sequencer | None]:
    """The sequencer, or None while another process is it. Everything kept is published first."""
    with log_rows.sequencer_lock() as is_ours:
        if not is_ours:
            yield None
            return
        key = signing_key()
        with _opened(log_folder(), key) as log:
            made = Sequencer(log, key)
            made.catch_up()
            yield made


def seal_waiting(*, now: datetime) -> int | None:
    """Seal everything that waits; None when another process is the sequencer."""
    with sequencer() as held:
        if held is None:
            return None
        total = 0
        while sealed := held.seal_batch(now=now).count:
            total += sealed
        return total


def wait_until_sealed(entry_ids: Collection[UUID], *, now: datetime) -> None:
    """Seal these entries, or give the process that is the sequencer a moment to do it."""
    for _ in range(_MOMENTS):
        places, head = log_rows.places_of(entry_ids), published_head()
        last = max(places.values(), default=0)
        if len(places) == len(entry_ids) and head is not None and last < head.checkpoint.size:
            return
        if seal_waiting(now=now) is None:
            time.sleep(_MOMENT_SECONDS)


def rebuild_log() -> Rebuilt:
    """Make the published folder again from the desk; which files were missing or wrong.

    Nothing is changed unless the desk's rows lead to the newest head that was signed
    (`EntriesDiffer` names the first that does not). Raises `LogContradictsDesk` while another
    process writes the log.
    """
    with log_rows.sequencer_lock() as is_ours:
        newest = log_rows.newest_head()
        if not is_ours or newest is None:
            raise LogContradictsDesk(
                "Nothing was rebuilt: another process writes the log (stop it first), or the desk "
                "keeps no head yet."
            )
        key = signing_key()
        return rebuild(
            log_folder(),
            log_rows.entries_between(0, newest.size),
            checkpoint=newest.note,
            verifier_keys=[key.verifier_key.vkey],
            origin=key.verifier_key.name,
        )


@contextmanager
def _opened(folder: Path, key: SigningKey) -> Iterator[LogDirectory]:
    folder.parent.mkdir(parents=True, exist_ok=True)
    log = LogDirectory.open(
        folder, verifier_keys=[key.verifier_key.vkey], origin=key.verifier_key.name
    )
    try:
        yield log
    finally:
        log.close()
