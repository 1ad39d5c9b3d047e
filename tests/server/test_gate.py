"""The gate on the desk: permits are issued once, counted at once, used once; every answer is logged."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.db import DatabaseError, transaction

from forbear.compliance.permits import PermitNotUsable
from forbear.compliance.verdicts import Ruling
from forbear.contact.channels import Channel
from forbear.contact.permission import ContactRequest
from forbear_server.selectors.actors import Actor, Role
from forbear_server.services.gate import (
    BorrowerUnknown,
    KeyReused,
    PermitAnswer,
    issue_permit,
    lapse_permits,
    may_contact,
    may_contact_many,
    use_permit,
)
from forbear_server.services.lenders import RulesUnknown, set_lender_rules
from forbear_server.store.lender_scope import lender_scope
from forbear_server.store.models import PermitRequest
from server.conftest import NOW
from server.desk import import_small_tape, run_the_night
from server.evidence import recorded

pytestmark = pytest.mark.django_db
CALL = ContactRequest(channel=Channel.VOICE_INTERACTIVE, number_ref="n1")
SMS = ContactRequest(channel=Channel.SMS, number_ref="n1")


@pytest.fixture
def officer(qinghe: int, make_actor: Callable[..., Actor], fresh_data_dir: Path) -> Iterator[Actor]:
    import_small_tape(fresh_data_dir)
    actor = make_actor("qinghe.compliance", Role.COMPLIANCE)
    with lender_scope(qinghe):
        yield actor


def ask(actor: Actor, key: str, asked: ContactRequest = CALL, **told: object) -> PermitAnswer:
    given = {"borrower_ref": "B-1", "content_digest": "", "now": NOW, **told}
    return issue_permit(actor=actor, asked=asked, idempotency_key=key, **given)  # type: ignore[arg-type]


def permits() -> list[str]:
    return sorted(PermitRequest.objects.values_list("state", flat=True))


def test_a_question_writes_nothing(officer: Actor) -> None:
    before = recorded(officer.lender_id)
    answer = may_contact(actor=officer, borrower_ref="B-1", asked=CALL, at=NOW)
    assert answer.judgement.ruling is Ruling.ALLOWED
    assert (permits(), recorded(officer.lender_id)) == ([], before)


def test_an_issued_permit_is_one_row_and_one_entry(officer: Actor) -> None:
    answer = ask(officer, "k1")
    assert answer.ruling is Ruling.ALLOWED
    assert answer.permit is not None
    assert (answer.permit.opens_at, answer.permit.closes_at) == (NOW, NOW + timedelta(minutes=30))
    assert permits() == ["issued"]
    assert recorded(officer.lender_id)[-1] == "contact.permitted"


def test_a_refusal_is_recorded_with_its_rules_and_the_next_moment(officer: Actor) -> None:
    answer = ask(officer, "k1", borrower_ref="B-4")
    assert (answer.ruling, answer.permit) == (Ruling.REFUSED, None)
    assert answer.grounds == (("CN-GBT45251-FREQ-INTERACTIVE", "interactive_calls_reached"),)
    assert answer.next_permitted_at == datetime.fromisoformat("2026-11-21T08:00:00+08:00")
    assert permits() == ["refused"]
    assert recorded(officer.lender_id)[-1] == "contact.refused"


def test_an_unknown_zone_is_for_a_person_and_recorded_so(officer: Actor) -> None:
    answer = ask(officer, "k1", borrower_ref="B-2")
    assert (answer.ruling, answer.permit) == (Ruling.NEEDS_REVIEW, None)
    assert permits() == ["needs_review"]
    assert recorded(officer.lender_id)[-1] == "contact.review_needed"


def test_the_same_key_gets_the_first_answer_and_another_request_is_refused(officer: Actor) -> None:
    first = ask(officer, "k1")
    entries = recorded(officer.lender_id)
    again = ask(officer, "k1", now=NOW + timedelta(minutes=1))
    assert again.request_id == first.request_id
    assert (permits(), recorded(officer.lender_id)) == (["issued"], entries)
    with pytest.raises(KeyReused):
        ask(officer, "k1", asked=SMS)
    assert (permits(), recorded(officer.lender_id)) == (["issued"], entries)


def test_permits_under_way_share_one_budget(officer: Actor) -> None:
    """Three calls may connect today; a fourth permit is refused while three may be under way."""
    for n in range(3):
        assert ask(officer, f"k{n}").ruling is Ruling.ALLOWED
    fourth = ask(officer, "k3")
    assert fourth.grounds == (("CN-GBT45251-FREQ-INTERACTIVE", "interactive_calls_reached"),)
    assert ask(officer, "k4", asked=SMS).ruling is Ruling.ALLOWED
    # permits that lapse unused give the budget back
    later = NOW + timedelta(minutes=31)
    assert ask(officer, "k5", now=later).ruling is Ruling.ALLOWED


def test_a_permit_is_used_once_and_only_inside_its_window(officer: Actor) -> None:
    answer = ask(officer, "k1")
    entries = recorded(officer.lender_id)
    with pytest.raises(PermitNotUsable):
        use_permit(actor=officer, permit_id=answer.request_id, now=NOW + timedelta(minutes=30))
    assert (permits(), recorded(officer.lender_id)) == (["issued"], entries)
    use_permit(actor=officer, permit_id=answer.request_id, now=NOW + timedelta(minutes=1))
    assert permits() == ["used"]
    assert recorded(officer.lender_id)[-1] == "permit.used"
    with pytest.raises(PermitNotUsable):
        use_permit(actor=officer, permit_id=answer.request_id, now=NOW + timedelta(minutes=2))


def test_a_key_is_of_one_person_and_one_purpose(officer: Actor) -> None:
    ask(officer, "k1")
    for other in (replace(CALL, recipient="guarantor"), replace(CALL, purpose="answer_request")):
        with pytest.raises(KeyReused):
            ask(officer, "k1", asked=other)


def test_a_permit_is_asked_about_once_more_when_it_is_used(officer: Actor) -> None:
    """Another call was made meanwhile: the third of the day is not this one any more."""
    first, second = ask(officer, "k1"), ask(officer, "k2")
    for n in (3, 4):
        ask(officer, f"k{n}", asked=replace(CALL, number_ref="n1"))
    for answer in (first, second):
        use_permit(actor=officer, permit_id=answer.request_id, now=NOW + timedelta(minutes=1))
    set_lender_rules(
        code="qinghe", jurisdiction="IN", memberships=(), advisory_strengths=(), now=NOW
    )
    elsewhere = replace(officer, scope=replace(officer.scope, jurisdiction="XX"))
    third = PermitRequest.objects.get(idempotency_key="k3")
    with pytest.raises(PermitNotUsable, match="no longer holds"):
        use_permit(actor=elsewhere, permit_id=str(third.pk), now=NOW + timedelta(minutes=2))
    assert PermitRequest.objects.get(pk=third.pk).state == "issued"


@pytest.mark.parametrize(
    ("jurisdiction", "memberships"), [("CN", ("CBA",)), ("ZZ", ()), ("CN", ("cba", "aba"))]
)
def test_words_that_no_rulebook_knows_free_nobody_from_rules(
    officer: Actor, jurisdiction: str, memberships: tuple[str, ...]
) -> None:
    entries = recorded(officer.lender_id)
    with pytest.raises(RulesUnknown):
        set_lender_rules(
            code="qinghe",
            jurisdiction=jurisdiction,
            memberships=memberships,
            advisory_strengths=(),
            now=NOW,
        )
    assert recorded(officer.lender_id) == entries


def test_a_refused_request_is_no_permit(officer: Actor) -> None:
    answer = ask(officer, "k1", borrower_ref="B-4")
    with pytest.raises(PermitNotUsable):
        use_permit(actor=officer, permit_id=answer.request_id, now=NOW)
    assert permits() == ["refused"]


def test_permits_unused_lapse_and_are_logged(officer: Actor) -> None:
    ask(officer, "k1")
    assert lapse_permits(lender_id=officer.lender_id, now=NOW) == 0
    late = NOW + timedelta(minutes=30)
    assert lapse_permits(lender_id=officer.lender_id, now=late) == 1
    assert permits() == ["lapsed"]
    assert recorded(officer.lender_id)[-1] == "permit.lapsed"
    assert lapse_permits(lender_id=officer.lender_id, now=late) == 0


def test_a_third_person_gets_no_permit(officer: Actor) -> None:
    answer = ask(officer, "k1", asked=replace(CALL, recipient="contact_person"))
    assert answer.ruling is Ruling.REFUSED
    assert ("POLICY-NO-THIRD-PERSONS", "third_person") in answer.grounds


def test_the_database_lets_a_permit_only_move_on(officer: Actor) -> None:
    ask(officer, "k1", borrower_ref="B-4")
    for change in ({"state": "issued"}, {"grounds": []}, {"facts_digest": ""}):
        with pytest.raises(DatabaseError), transaction.atomic():
            PermitRequest.objects.update(**change)
    assert permits() == ["refused"]


def test_a_borrower_of_nobodys_worklist_is_unknown_to_a_collector(
    officer: Actor, make_actor: Callable[..., Actor]
) -> None:
    collector = make_actor("qinghe.c1", Role.COLLECTOR)
    entries = recorded(officer.lender_id)
    with pytest.raises(BorrowerUnknown):
        may_contact(actor=collector, borrower_ref="B-1", asked=CALL, at=NOW)
    with pytest.raises(BorrowerUnknown):
        ask(collector, "k1")
    assert (permits(), recorded(officer.lender_id)) == ([], entries)


def test_many_questions_keep_their_order_and_unknown_borrowers_stay_unknown(officer: Actor) -> None:
    asked = [("B-4", CALL, NOW), ("B-9", CALL, NOW), ("B-1", CALL, NOW)]
    answers = may_contact_many(actor=officer, asked=asked, now=NOW)
    rulings = [None if a is None else a.judgement.ruling for a in answers]
    assert rulings == [Ruling.REFUSED, None, Ruling.ALLOWED]


def test_the_nightly_mask_and_the_gate_agree(officer: Actor) -> None:
    """One law: what the night laid on the worklist is what the gate answers by day."""
    run_the_night()
    from forbear_server.store.models import WorklistItem  # noqa: PLC0415

    rows = {i.borrower.ref: i for i in WorklistItem.objects.select_related("borrower")}
    for ref, item in rows.items():
        answer = may_contact(actor=officer, borrower_ref=ref, asked=CALL, at=NOW)
        is_open = item.permitted_from_minute is not None
        if item.action == "call" and is_open:
            assert answer.judgement.ruling is Ruling.ALLOWED, ref
    assert rows["B-4"].verdict == "refused"
    grounds = [g["rule_id"] for g in rows["B-4"].verdict_reasons]
    answer = may_contact(actor=officer, borrower_ref="B-4", asked=CALL, at=NOW)
    assert grounds == [g.rule_id for g in answer.judgement.grounds]


def test_a_lender_may_let_soft_rules_advise_and_hard_ones_never(officer: Actor) -> None:
    set_lender_rules(
        code="qinghe",
        jurisdiction="CN",
        memberships=(),
        advisory_strengths=("should_not",),  # type: ignore[arg-type]
        now=NOW,
    )
    assert recorded(officer.lender_id)[-1] == "lender.rules_set"
    with pytest.raises(Exception, match="always bind"):
        set_lender_rules(
            code="qinghe",
            jurisdiction="CN",
            memberships=(),
            advisory_strengths=("must_not",),  # type: ignore[arg-type]
            now=NOW,
        )
