"""A desk whose sequencer is killed at random instants under load, and what must hold each time.

Every life is a forked process that records contacts, seals them and acknowledges on a pipe. The
supervisor kills it (SIGKILL); a second forked process recovers and checks. The supervisor itself
never opens a connection, so that nothing is shared by the fork.
"""

from __future__ import annotations

import os
import random
import select
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.db import connection, connections

from forbear.contact.attempts import Outcome
from forbear.contact.channels import Channel
from forbear.evidence.auditing import audit_log
from forbear.evidence.entries import entry_fault
from forbear.evidence.reading import TileReader
from forbear_server.selectors.actors import Actor, find_actor_by_name
from forbear_server.selectors.desk_checks import check_desk, check_log_rows
from forbear_server.selectors.log_proofs import log_proof, published_head
from forbear_server.services.contact_outcomes import ContactOutcome, record_contact_outcomes
from forbear_server.services.log_sequencing import seal_waiting, sequencer
from forbear_server.store.lender_scope import lender_scope
from forbear_server.store.log_files import log_folder, verifier_key
from forbear_server.store.models import EvidenceEntry, LogHead, LogLeaf

BORROWERS = 50
ENDED_AT = datetime(2026, 1, 5, tzinfo=UTC)
PREPARE = f"""
from forbear_server.cli.desk import open_desk
open_desk(is_new=True)
from forbear_server.store.migrating import migrate
migrate()
from forbear_server.ui.clock import wall_now
from forbear_server.services.lenders import register_lender
from forbear_server.services.users import add_user
from forbear_server.services.persons import Person, record_persons
from forbear_server.selectors.actors import Role
from forbear_server.store.lender_scope import lender_scope
lender = register_lender(code="killed", name_zh="甲", name_en="Killed", kind="bank", now=wall_now())
add_user(lender_code="killed", username="dialler", display_name="d", role=Role.COMPLIANCE,
         team="", is_demo=False, now=wall_now())
with lender_scope(lender):
    record_persons(lender_id=lender, persons=[Person(f"B-{{n}}") for n in range({BORROWERS})])
print(lender)
"""


@dataclass
class Counts:
    """What a run of kills came to."""

    kills: int = 0
    acknowledged: int = 0


@dataclass
class Desk:
    """One desk and what the world outside was promised."""

    lender_id: int
    promised: dict[int, UUID] = field(default_factory=dict)
    largest: int = 0
    counts: Counts = field(default_factory=Counts)


def prepared_desk(environment: dict[str, str]) -> Desk:
    """A fresh desk below FORBEAR_DATA_DIR of `environment`."""
    done = subprocess.run(
        [sys.executable, "-c", PREPARE], env=environment, check=True, capture_output=True, text=True
    )
    return Desk(int(done.stdout.split()[-1]))


def one_life(desk: Desk, *, seed: int, seconds: float) -> None:
    """Start a writer, kill it so long after its first receipt or its start, check what it left."""
    reading, writing = os.pipe()
    child = _forked(lambda: _write_and_seal(desk.lender_id, seed, writing))
    os.close(writing)
    chance = random.Random(seed)
    if chance.random() < 0.8:  # most lives are killed at work, some while they begin
        select.select([reading], [], [], 20)
    time.sleep(seconds)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    _read_receipts(desk, reading)
    desk.counts.kills += 1
    status = os.waitstatus_to_exitcode(os.waitpid(_forked(lambda: _check(desk)), 0)[1])
    if status != 0:
        raise AssertionError(f"seed {seed}, after {seconds:.3f} s: see the fault above")


def _read_receipts(desk: Desk, reading: int) -> None:
    with os.fdopen(reading, "rb") as pipe:
        for line in pipe.read().split(b"\n")[:-1]:
            index, entry_id, size = line.decode().split()
            known = desk.promised.setdefault(int(index), UUID(entry_id))
            if known != UUID(entry_id):
                raise AssertionError(f"the place {index} was promised twice")
            desk.largest = max(desk.largest, int(size))
            desk.counts.acknowledged += 1


def _forked(work: Callable[[], None]) -> int:
    child = os.fork()
    if child:
        return child
    status = 1
    try:
        for one in connections.all(initialized_only=True):
            one.connection = None
        work()
        status = 0
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(status)


def _write_and_seal(lender_id: int, seed: int, writing: int) -> None:
    chance = random.Random(seed)
    with lender_scope(lender_id), sequencer() as held:
        actor = find_actor_by_name("dialler")
        if held is None or actor is None:
            raise AssertionError("the one before still holds the log")
        while True:
            for _ in range(chance.randrange(1, 4)):
                _record(actor, chance)
            sealed = held.seal_batch(now=datetime.now(UTC), most=chance.choice([7, 300, 1024]))
            lines = "".join(
                f"{sealed.first_index + place} {one.hex} {sealed.first_index + sealed.count}\n"
                for place, one in enumerate(sealed.entry_ids)
            )
            os.write(writing, lines.encode())


def _record(actor: Actor, chance: random.Random) -> None:
    record_contact_outcomes(
        actor=actor,
        outcomes=[
            ContactOutcome(
                f"B-{chance.randrange(BORROWERS)}",
                Channel.SMS,
                Outcome.DELIVERED,
                ENDED_AT + timedelta(microseconds=chance.getrandbits(40)),
            )
            for _ in range(chance.randrange(1, 30))
        ],
        now=datetime.now(UTC),
    )


def _check(desk: Desk) -> None:
    """Recover as the next sequencer would; then nothing promised may be missing or moved."""
    with lender_scope(desk.lender_id):
        if seal_waiting(now=datetime.now(UTC)) is None:
            raise AssertionError("the killed one still holds the log")
        head = published_head()
        if head is None:
            raise AssertionError("nothing is published")
        size = head.checkpoint.size
        if size < desk.largest:
            raise AssertionError(f"the log went back from {desk.largest} to {size}")
        _check_promises(desk, size)
        report = audit_log(
            log_folder(),
            verifier_keys=[verifier_key()],
            check_entry=lambda _index, data: entry_fault(data),
            workers=1,
        )
        _none(report.faults)
        _none(check_log_rows(published=TileReader.of_directory(log_folder()), size=size)[1])
        if desk.counts.kills % 10 == 0:
            _none(check_desk(lender_id=desk.lender_id, issuer="killed")[1])
        entries, heads = EvidenceEntry.objects.count(), LogHead.objects.count()
        if LogLeaf.objects.count() != size or entries > size or not heads:
            raise AssertionError(f"{entries} entries, {size} published")
    connection.close()


def _check_promises(desk: Desk, size: int) -> None:
    places = dict(LogLeaf.objects.values_list("leaf_index", "uuid"))
    for index, entry_id in desk.promised.items():
        if places.get(index) != entry_id:
            raise AssertionError(f"the promised entry {entry_id} is not at {index}")
    for index in random.Random(size).sample(sorted(desk.promised), min(3, len(desk.promised))):
        if log_proof(desk.promised[index]).index != index:
            raise AssertionError(f"the proof of {index} is for another place")


def _none(faults: object) -> None:
    if faults:
        raise AssertionError(f"faults: {faults}")
