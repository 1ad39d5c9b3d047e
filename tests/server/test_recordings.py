"""Recordings: sealed, named by digest, kept as long as the law says, played for a purpose, deleted."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from django.conf import settings
from django.db import transaction

from forbear.compliance.scopes import Scope
from forbear.contact.calls import LineEvent
from forbear_server.selectors.actors import Actor, Role
from forbear_server.selectors.lenders import find_lender
from forbear_server.selectors.recordings import recording_kept_until
from forbear_server.services.erasure import ErasureRefused, erase_person
from forbear_server.services.recordings import (
    RecordingRefused,
    delete_recordings_of,
    delete_recordings_over,
    keep_recording,
    open_recording,
    recording_file,
)
from forbear_server.store.lender_scope import lender_scope
from forbear_server.store.models import Call, ContactHold, EvidenceEntry
from server.conftest import NOW
from server.telephones import PHONES, begun, line_event, on_the_list, phones_of, tell

pytestmark = pytest.mark.django_db
SOUND = b"RIFF what was said" * 50
DIGEST = hashlib.sha256(SOUND).hexdigest()
Committing = Callable[..., object]


@pytest.fixture
def caller(qinghe: int, fresh_data_dir: Path, make_actor: Callable[..., Actor]) -> Iterator[Actor]:
    actor = make_actor("wang.min", Role.COLLECTOR)
    with lender_scope(qinghe):
        phones_of(qinghe)
        on_the_list(qinghe)
        yield actor


@pytest.fixture
def plain(tmp_path: Path) -> Path:
    path = tmp_path / "finished.wav"
    path.write_bytes(SOUND)
    return path


def ended(actor: Actor, ref: str = "B-1") -> UUID:
    call = begun(actor, ref).call_id
    assert call is not None
    steps = (LineEvent.RINGING, LineEvent.ANSWERED, LineEvent.RECORDING, LineEvent.ENDED)
    tell(actor.lender_id, call, *steps)
    return call


def keep(call: UUID | str, plain: Path) -> bool:
    event = line_event(str(call), LineEvent.RECORDED, path=str(plain))
    return keep_recording(lender=find_lender("qinghe"), provider=PHONES, event=event, now=NOW)


def kept(actor: Actor, plain: Path, committing: Committing) -> UUID:
    call = ended(actor)
    with committing(execute=True):  # type: ignore[attr-defined]
        assert keep(call, plain)
    return call


def file_of(call: UUID) -> Path:
    return recording_file(DIGEST, call)


def files() -> list[Path]:
    return sorted((Path(settings.DATA_DIR) / "recordings").glob("*/*"))


def last_events(count: int) -> list[str]:
    rows = EvidenceEntry.objects.order_by("-id").values_list("name", flat=True)[:count]
    return list(rows)[::-1]


def test_a_recording_is_sealed_named_by_its_digest_and_the_plain_file_is_gone(
    caller: Actor, plain: Path, django_capture_on_commit_callbacks: Committing
) -> None:
    call = kept(caller, plain, django_capture_on_commit_callbacks)
    row = Call.objects.get()
    assert (row.recording, row.recording_digest) == ("kept", DIGEST)
    assert row.recording_kept_until == date(2031, 11, 20)
    assert not plain.exists()
    sealed = file_of(call)
    assert sealed.parent.name == DIGEST[:2]
    assert SOUND not in sealed.read_bytes()
    assert last_events(1) == ["call.recorded"]
    entries = EvidenceEntry.objects.count()
    # Killed between sealing and removing: the next start tells of it again.
    plain.write_bytes(SOUND)
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[attr-defined]
        assert keep(call, plain)
    assert EvidenceEntry.objects.count() == entries
    assert not plain.exists()


def test_two_calls_that_sound_alike_have_a_file_each_and_go_each_with_its_own_person(
    caller: Actor,
    plain: Path,
    make_actor: Callable[..., Actor],
    django_capture_on_commit_callbacks: Committing,
) -> None:
    first = kept(caller, plain, django_capture_on_commit_callbacks)
    plain.write_bytes(SOUND)
    colleague = make_actor("zhou.second", Role.COLLECTOR)
    second = ended(colleague, "B-2")
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[attr-defined]
        assert keep(second, plain)
    assert files() == sorted([file_of(first), file_of(second)])
    for call in (first, second):
        heard = open_recording(actor=caller, call_id=call, purpose="quality", now=NOW)
        assert heard == SOUND
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[attr-defined]
        delete_recordings_of("B-1")
    assert files() == [file_of(second)]
    assert open_recording(actor=caller, call_id=second, purpose="quality", now=NOW) == SOUND


def test_a_recording_of_a_call_nobody_knows_is_not_kept(
    caller: Actor, plain: Path, django_capture_on_commit_callbacks: Committing
) -> None:
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[attr-defined]
        assert not keep(UUID(int=7), plain)
    assert not plain.exists()
    assert files() == []
    assert last_events(1) == ["callback.refused"]


def test_when_the_desk_rolls_back_the_plain_file_stays(caller: Actor, plain: Path) -> None:
    call = ended(caller)
    with pytest.raises(RuntimeError), transaction.atomic():
        keep(call, plain)
        raise RuntimeError("the desk went away")
    assert plain.read_bytes() == SOUND
    assert Call.objects.get().recording == "on"


def test_it_is_played_to_who_may_see_the_borrower_for_a_purpose(
    caller: Actor,
    plain: Path,
    make_actor: Callable[..., Actor],
    django_capture_on_commit_callbacks: Committing,
) -> None:
    call = kept(caller, plain, django_capture_on_commit_callbacks)
    compliance = make_actor("jiang.ping", Role.COMPLIANCE)
    for actor in (caller, compliance):
        sound = open_recording(actor=actor, call_id=call, purpose="complaint", now=NOW)
        assert sound == SOUND
        assert last_events(1) == ["pii.revealed"]
    strategist = make_actor("ye.qing", Role.STRATEGIST)
    for actor, purpose in ((strategist, "complaint"), (caller, ""), (caller, "curiosity")):
        with pytest.raises(RecordingRefused):
            open_recording(actor=actor, call_id=call, purpose=purpose, now=NOW)
        assert last_events(1) == ["call.refused"]


@pytest.mark.parametrize(
    ("lender_kind", "until"),
    [("consumer_finance", date(2031, 11, 20)), ("microloan", date(2028, 11, 20))],
)
def test_the_longest_of_the_books_that_bind_says_until_when(
    lender_kind: str, until: date, qinghe: int
) -> None:
    lender = find_lender("qinghe")
    scope = Scope(jurisdiction="CN", lender_kind=lender_kind)
    assert recording_kept_until(NOW.date(), scope=scope, policy=lender.policy) == until


def test_what_need_not_be_kept_any_longer_is_deleted_but_not_while_a_dispute_is_open(
    caller: Actor, plain: Path, django_capture_on_commit_callbacks: Committing
) -> None:
    call = kept(caller, plain, django_capture_on_commit_callbacks)
    lender, borrower = find_lender("qinghe"), Call.objects.get().borrower
    last_day = NOW.replace(year=2031)
    assert delete_recordings_over(lender=lender, now=last_day) == 0
    hold = ContactHold.objects.create(
        lender_id=caller.lender_id, borrower=borrower, kind="dispute", placed_at=NOW
    )
    after = last_day + timedelta(days=1)
    assert delete_recordings_over(lender=lender, now=after) == 0
    assert file_of(call).exists()
    hold.lifted_at = NOW
    hold.save()
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[attr-defined]
        assert delete_recordings_over(lender=lender, now=after) == 1
    assert not file_of(call).exists()
    assert (Call.objects.get().recording, last_events(1)) == ("deleted", ["call.recorded"])
    assert delete_recordings_over(lender=lender, now=after) == 0


def test_the_recording_goes_with_the_person(
    caller: Actor, plain: Path, django_capture_on_commit_callbacks: Committing
) -> None:
    call = kept(caller, plain, django_capture_on_commit_callbacks)
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[attr-defined]
        delete_recordings_of("B-2")
    assert file_of(call).exists()
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[attr-defined]
        delete_recordings_of("B-1")
    assert not file_of(call).exists()


def test_erasing_a_person_takes_their_calls_and_recordings(
    qinghe: int,
    plain: Path,
    caller: Actor,
    make_actor: Callable[..., Actor],
    django_capture_on_commit_callbacks: Committing,
) -> None:
    call = kept(caller, plain, django_capture_on_commit_callbacks)
    compliance = make_actor("jiang.ping", Role.COMPLIANCE)
    with pytest.raises(ErasureRefused):
        erase_person(actor=compliance, borrower_ref="B-1", reason="asked", now=NOW)
    assert file_of(call).exists()
    assert Call.objects.count() == 1
    much_later = NOW + timedelta(days=366 * 8)
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[attr-defined]
        erase_person(actor=compliance, borrower_ref="B-1", reason="asked", now=much_later)
    assert not file_of(call).exists()
    assert Call.objects.count() == 0
