"""A later tape gives another number: the new one is used, and nothing goes to the earlier one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from forbear.intake.presets.catalogue import preset
from forbear.intake.reports import TapeKind
from forbear_server.selectors.actors import Actor, Role
from forbear_server.selectors.addresses import addresses_in_use
from forbear_server.services.address_changes import replace_addresses
from forbear_server.services.addresses import add_address, take_out_of_use
from forbear_server.services.import_acceptance import import_for_lender
from forbear_server.services.persons import Person, record_persons
from forbear_server.store.lender_scope import lender_scope
from forbear_server.store.models import Borrower, BorrowerAddress, EvidenceEntry, Message
from server.conftest import NOW
from server.desk import BUSINESS_DATE, TAPE, import_small_tape
from server.outbox import draft, people, queue, sms_sender

pytestmark = pytest.mark.django_db
EARLIER, LATER = "+8619900000000", "+8619911112222"


@pytest.fixture
def officer(qinghe: int, make_actor: Callable[..., Actor]) -> Iterator[Actor]:
    """A message to B-0 waits for the number of the first tape."""
    actor = make_actor("officer", Role.COMPLIANCE)
    with lender_scope(qinghe):
        people(qinghe, 2)
        sms_sender(qinghe)
        queue(actor, draft("B-0"), draft("B-1"))
        yield actor


def tape(lender_id: int, ref: str, **told: str) -> int:
    person = [Person(ref, **told)]
    record_persons(lender_id=lender_id, persons=person)
    return replace_addresses(lender_id=lender_id, persons=person, now=NOW)


def in_use(ref: str) -> list[str]:
    borrower = Borrower.objects.get(ref=ref)
    found = addresses_in_use([borrower.pk], "phone").get(borrower.pk)
    return [] if found is None else [found.opened()]


def test_what_waits_for_the_earlier_number_is_cancelled_and_the_next_goes_to_the_new_one(
    officer: Actor,
) -> None:
    assert in_use("B-0") == [EARLIER]
    assert tape(officer.lender_id, "B-0", phone="19911112222") == 1
    assert in_use("B-0") == [LATER]
    states = dict(Message.objects.values_list("borrower__ref", "state"))
    assert states == {"B-0": "cancelled", "B-1": "queued"}
    assert Message.objects.get(borrower__ref="B-0").reason == "replaced"
    gone = BorrowerAddress.objects.get(out_of_use_at__isnull=False)
    assert (gone.borrower.ref, gone.out_of_use_reason) == ("B-0", "replaced")
    assert EvidenceEntry.objects.filter(name="address.taken_out").count() == 1
    queued = queue(officer, draft("B-0", key="later"))[0]
    kept = Message.objects.get(pk=queued.message_id)
    assert (
        kept.address_ref == BorrowerAddress.objects.exclude(pk=gone.pk).get(borrower__ref="B-0").ref
    )


@pytest.mark.parametrize(
    "told", [{"phone": "19900000000"}, {"phone": ""}, {"phone": "not a number"}, {"name": "林"}]
)
def test_the_same_number_none_or_one_that_is_none_changes_nothing(
    officer: Actor, told: dict[str, str]
) -> None:
    before = list(BorrowerAddress.objects.order_by("pk").values())
    assert tape(officer.lender_id, "B-0", **told) == 0
    assert list(BorrowerAddress.objects.order_by("pk").values()) == before
    assert set(Message.objects.values_list("state", flat=True)) == {"queued"}


def test_a_wrong_number_stays_out_of_use_however_often_a_tape_repeats_it(officer: Actor) -> None:
    borrower = Borrower.objects.get(ref="B-0")
    word = BorrowerAddress.objects.get(borrower=borrower).ref
    take_out_of_use(borrower=borrower, word=word, reason="wrong_number", now=NOW, actor=officer)
    assert tape(officer.lender_id, "B-0", phone="19900000000") == 0
    assert in_use("B-0") == []


def test_after_a_wrong_number_the_tapes_next_one_is_used(officer: Actor) -> None:
    borrower = Borrower.objects.get(ref="B-0")
    word = BorrowerAddress.objects.get(borrower=borrower).ref
    take_out_of_use(borrower=borrower, word=word, reason="wrong_number", now=NOW, actor=officer)
    assert tape(officer.lender_id, "B-0", phone="19911112222") == 1
    assert in_use("B-0") == [LATER]


def test_a_tape_that_goes_back_to_an_earlier_number_is_followed(officer: Actor) -> None:
    assert tape(officer.lender_id, "B-0", phone="19911112222") == 1
    assert tape(officer.lender_id, "B-0", phone="19900000000") == 1
    assert in_use("B-0") == [EARLIER]
    gone = BorrowerAddress.objects.get(out_of_use_at__isnull=False)
    assert (gone.out_of_use_reason, gone.is_from_book) == ("replaced", True)


def test_a_tape_that_takes_up_the_number_the_borrower_gave_replaces_the_other(
    officer: Actor,
) -> None:
    add_address(actor=officer, borrower_ref="B-0", kind="phone", address="19911112222", now=NOW)
    assert tape(officer.lender_id, "B-0", phone="19911112222") == 1
    assert in_use("B-0") == [LATER]
    kept = BorrowerAddress.objects.get(borrower__ref="B-0", out_of_use_at__isnull=True)
    assert kept.is_from_book


def test_a_number_the_borrower_gave_stays_beside_the_one_of_the_tape(officer: Actor) -> None:
    add_address(actor=officer, borrower_ref="B-0", kind="phone", address="19933334444", now=NOW)
    assert tape(officer.lender_id, "B-0", phone="19911112222") == 1
    kept = BorrowerAddress.objects.filter(borrower__ref="B-0", out_of_use_at__isnull=True)
    assert sorted(kept.values_list("is_from_book", flat=True)) == [False, True]


def test_an_imported_tape_replaces_the_number(
    qinghe: int, make_actor: Callable[..., Actor], fresh_data_dir: Path
) -> None:
    actor = make_actor("officer", Role.COMPLIANCE)
    import_small_tape(fresh_data_dir)
    with lender_scope(qinghe):
        sms_sender(qinghe)
        queue(actor, draft("B-1"))
        assert in_use("B-1") == ["+8619900000231"]
    later = fresh_data_dir / "later"
    later.mkdir()
    changed = TAPE["borrowers.csv"].replace("19900000231", "19911112222")
    (later / "borrowers.csv").write_text(changed, encoding="utf-8")
    for name in ("loans.csv", "instalments.csv"):
        (later / name).write_text(TAPE[name], encoding="utf-8")
    report = import_for_lender(
        lender_code="qinghe",
        source=later,
        mapping=preset("forbear"),
        kind=TapeKind.MAINTENANCE,
        business_date=BUSINESS_DATE,
        now=NOW,
    )
    assert report.rows.rejected == 0
    with lender_scope(qinghe):
        assert in_use("B-1") == [LATER]
        assert Message.objects.get().reason == "replaced"
