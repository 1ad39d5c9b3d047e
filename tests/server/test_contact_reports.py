"""Contacts that others made and reported: told twice kept once, counted by the gate and the night."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import polars as pl
import pytest

from forbear.compliance.verdicts import Ruling
from forbear.contact.attempts import Outcome
from forbear.contact.channels import Channel
from forbear.contact.permission import ContactRequest, Permission
from forbear.portfolio.plan import all_attempts
from forbear_server.console.timeline_display import shown_items
from forbear_server.selectors.actors import Actor, Role
from forbear_server.selectors.books import run_folder
from forbear_server.selectors.borrower_pages import find_borrower_page
from forbear_server.selectors.contact_timelines import find_timeline
from forbear_server.selectors.desk_attempts import list_attempts
from forbear_server.services.contact_outcomes import (
    ContactOutcome,
    OutcomesRefused,
    record_contact_outcomes,
)
from forbear_server.services.erasure import erase_person
from forbear_server.services.gate import issue_permit, may_contact, use_permit
from forbear_server.services.persons import Person, record_persons
from forbear_server.store.lender_scope import lender_scope
from forbear_server.store.models import ContactReport, PermitRequest
from server.conftest import NOW
from server.desk import BUSINESS_DATE, import_small_tape, run_the_night
from server.evidence import recorded
from server.outbox import draft, queue, sms_sender

pytestmark = pytest.mark.django_db
CALL = ContactRequest(channel=Channel.VOICE_INTERACTIVE, number_ref="n1")
NOT_USED = "of this borrower was used by this account"


@pytest.fixture
def officer(qinghe: int, make_actor: Callable[..., Actor], fresh_data_dir: Path) -> Iterator[Actor]:
    import_small_tape(fresh_data_dir)
    actor = make_actor("qinghe.compliance", Role.COMPLIANCE)
    with lender_scope(qinghe):
        yield actor


def call(
    minutes_ago: int,
    outcome: Outcome = Outcome.CONNECTED,
    *,
    ref: str = "B-1",
    permit: UUID | None = None,
    channel: Channel = Channel.VOICE_INTERACTIVE,
) -> ContactOutcome:
    return ContactOutcome(ref, channel, outcome, NOW - timedelta(minutes=minutes_ago), permit)


def report(actor: Actor, *outcomes: ContactOutcome) -> list[UUID]:
    return record_contact_outcomes(actor=actor, outcomes=outcomes, now=NOW)


def ask(actor: Actor, ref: str = "B-1") -> Permission:
    return may_contact(actor=actor, borrower_ref=ref, asked=CALL, at=NOW)


def used_permit(actor: Actor, *, ref: str = "B-1") -> UUID:
    at = NOW - timedelta(minutes=5)
    answer = issue_permit(
        actor=actor,
        borrower_ref=ref,
        asked=CALL,
        content_digest="",
        idempotency_key=str(uuid4()),
        now=at,
    )
    use_permit(actor=actor, permit_id=answer.request_id, now=at)
    return UUID(answer.request_id)


def kept() -> list[tuple[str, str, UUID | None]]:
    rows = ContactReport.objects.order_by("ended_at", "channel")
    return list(rows.values_list("borrower__ref", "outcome", "permit_id"))


def test_calls_that_another_program_made_without_asking_use_up_the_days_budget(
    officer: Actor,
) -> None:
    """GB/T 45251-2025: at most three connected calls a day, whoever made them."""
    report(officer, call(30), call(20))
    assert ask(officer).judgement.ruling is Ruling.ALLOWED
    report(officer, call(10))
    answer = ask(officer)
    assert answer.judgement.ruling is Ruling.REFUSED
    grounds = [(one.rule_id, one.verdict.reason) for one in answer.judgement.grounds]
    assert grounds == [("CN-GBT45251-FREQ-INTERACTIVE", "interactive_calls_reached")]


def test_a_contact_told_twice_is_one_row_one_entry_and_one_call(officer: Actor) -> None:
    first = report(officer, call(30), call(20))
    entries = recorded(officer.lender_id)
    assert report(officer, call(20), call(30), call(20)) == [first[1], first[0], first[1]]
    assert (len(kept()), recorded(officer.lender_id)) == (2, entries)
    assert ask(officer).judgement.ruling is Ruling.ALLOWED


def test_of_a_contact_told_twice_in_one_report_there_is_one(officer: Actor) -> None:
    ids = report(officer, call(30), call(30))
    assert ids[0] == ids[1]
    assert kept() == [("B-1", "connected", None)]


def test_what_contradicts_an_earlier_report_is_refused_and_nothing_changes(officer: Actor) -> None:
    report(officer, call(30))
    before = (kept(), recorded(officer.lender_id))
    with pytest.raises(OutcomesRefused) as refused:
        report(officer, call(5), call(30, Outcome.NO_ANSWER))
    assert refused.value.wrong == ((1, "this contact was reported before, as connected"),)
    assert (kept(), recorded(officer.lender_id)) == before


def test_what_came_of_a_permit_is_its_outcome_and_counts_once(officer: Actor) -> None:
    permits = [used_permit(officer) for _ in range(3)]
    assert ask(officer).judgement.ruling is Ruling.REFUSED  # each may have been answered
    report(officer, call(1, Outcome.NO_ANSWER, permit=permits[0]))
    assert PermitRequest.objects.get(pk=permits[0]).outcome == "no_answer"
    assert ask(officer).judgement.ruling is Ruling.ALLOWED
    report(officer, call(1, permit=permits[1]))
    assert ask(officer).judgement.ruling is Ruling.ALLOWED  # not counted a second time


def test_a_permit_is_one_contact_of_its_own_channel_and_borrower(officer: Actor) -> None:
    permit = used_permit(officer)
    report(officer, call(2, permit=permit))
    before = (kept(), recorded(officer.lender_id))
    sms, unused = call(1, permit=permit, channel=Channel.SMS), uuid4()
    for wrong, why in (
        (call(1, permit=permit), f"another contact under permit {permit} was reported"),
        (sms, f"permit {permit} is for voice_interactive, not for sms"),
        (call(1, permit=permit, ref="B-4"), f"no permit {permit} {NOT_USED}"),
        (call(1, permit=unused), f"no permit {unused} {NOT_USED}"),
        (call(1, ref="B-9"), "there is no borrower B-9"),
        (call(-1), "it has not ended yet: its moment lies ahead"),
    ):
        with pytest.raises(OutcomesRefused) as refused:
            report(officer, wrong)
        assert refused.value.wrong == ((0, why),)
    assert (kept(), recorded(officer.lender_id)) == before


def test_two_contacts_under_one_permit_in_one_report_are_refused(officer: Actor) -> None:
    permit = used_permit(officer)
    with pytest.raises(OutcomesRefused):
        report(officer, call(2, permit=permit), call(1, permit=permit))
    assert kept() == []
    assert PermitRequest.objects.get(pk=permit).outcome == ""


def test_nobody_frees_the_budget_by_reporting_on_anothers_permit_or_before_it_was_used(
    officer: Actor, make_actor: Callable[..., Actor]
) -> None:
    permits = [used_permit(officer) for _ in range(3)]
    before = (kept(), recorded(officer.lender_id))
    stranger = make_actor("other.officer", Role.COMPLIANCE)
    for actor, minutes, why in (
        (stranger, 1, f"no permit {permits[0]} {NOT_USED}"),
        (officer, 6, f"it ended before permit {permits[0]} was used"),
    ):
        with pytest.raises(OutcomesRefused) as refused:
            report(actor, call(minutes, Outcome.NO_ANSWER, permit=permits[0]))
        assert refused.value.wrong == ((0, why),)
    assert (kept(), recorded(officer.lender_id)) == before
    assert ask(officer).judgement.ruling is Ruling.REFUSED


def test_what_became_of_our_own_message_only_its_channel_says(officer: Actor) -> None:
    sms_sender(officer.lender_id)
    queue(officer, draft("B-1"))
    row = PermitRequest.objects.get()
    PermitRequest.objects.update(state="used", used_at=NOW - timedelta(minutes=5))
    told = call(1, Outcome.UNDELIVERED, permit=row.pk, channel=Channel.SMS)
    with pytest.raises(OutcomesRefused) as refused:
        report(officer, told)
    assert refused.value.wrong == ((0, f"no permit {row.pk} {NOT_USED}"),)
    assert PermitRequest.objects.get().outcome == ""


def test_another_lender_reports_nothing_of_this_ones_borrowers(
    officer: Actor, other_lender: int, make_actor: Callable[..., Actor]
) -> None:
    stranger = make_actor("others.compliance", Role.COMPLIANCE, lender_id=other_lender)
    with lender_scope(other_lender), pytest.raises(OutcomesRefused):
        report(stranger, call(1))
    with lender_scope(officer.lender_id):
        assert kept() == []


def test_reports_go_with_the_person(officer: Actor) -> None:
    """B-9 owes nothing; eight years are longer than any duty to keep."""
    record_persons(lender_id=officer.lender_id, persons=[Person("B-9", time_zone="Asia/Shanghai")])
    permit = used_permit(officer, ref="B-9")
    report(officer, call(30, ref="B-9"), call(20), call(1, ref="B-9", permit=permit))
    later = NOW + timedelta(days=366 * 8)
    erase_person(actor=officer, borrower_ref="B-9", reason="asked for", now=later)
    assert kept() == [("B-1", "connected", None)]


def test_the_night_rests_whom_the_desk_or_another_program_reached(officer: Actor) -> None:
    """B-1 (37 days) rests five days after a talk (stage `middle`), whoever's it was."""
    report(officer, call(24 * 60))
    run_the_night()
    folder = run_folder("qinghe", BUSINESS_DATE)
    made = folder.rows("assign").filter(pl.col("borrower_id") == "B-1").collect().to_dicts()[0]
    assert (made["action"], made["reasons"][0]) == ("watch", "recently_contacted")
    told = pl.read_parquet(folder.file("export", "attempts"))
    assert told.select("borrower_id", "channel", "outcome").rows() == [
        ("B-1", "voice_interactive", "connected")
    ]


def test_a_night_run_late_counts_nothing_of_the_days_after_it(officer: Actor) -> None:
    used_permit(officer)
    report(officer, call(30))
    assert list_attempts("qinghe", at=NOW).height == 2
    assert list_attempts("qinghe", at=NOW - timedelta(days=1)).is_empty()


def test_a_report_that_comes_back_on_a_tape_counts_once(officer: Actor) -> None:
    (entry,) = report(officer, call(30))
    rows = list_attempts("qinghe", at=NOW)
    assert rows["attempt_id"].to_list() == [f"report:{entry.hex}"]
    of_book = rows.drop("loan_ref").lazy()
    assert all_attempts(of_book, rows.lazy()).collect().height == 1


def test_the_nights_mask_counts_the_desks_calls_of_today(officer: Actor) -> None:
    for _ in range(3):
        used_permit(officer)
    run_the_night()
    mask = run_folder("qinghe", BUSINESS_DATE).rows("gate")
    of_call = (pl.col("borrower_id") == "B-1") & (pl.col("channel") == "voice_interactive")
    rows = mask.filter(of_call).collect().select("ruling", "rule_ids").rows()
    assert rows == [("refused", ["CN-GBT45251-FREQ-INTERACTIVE"])]
    assert ask(officer).judgement.ruling is Ruling.REFUSED


def test_the_borrowers_timeline_says_where_nobody_asked_before(officer: Actor) -> None:
    permit = used_permit(officer)
    report(officer, call(30, Outcome.NO_ANSWER), call(2, permit=permit))
    page = find_borrower_page(officer, "B-1", now=NOW)
    assert page is not None
    rows = [one for one in find_timeline(officer, page) if one.kind == "report"]
    assert [(one.outcome, one.verdict) for one in rows] == [
        ("connected", "allowed"),
        ("no_answer", "unasked"),
    ]
    assert rows[0].permit_evidence_id
    assert not rows[1].permit_evidence_id
    shown = shown_items(rows, hides_money=False)
    assert [one.verdict for one in shown] == ["可以", "事先没有取得许可"]
