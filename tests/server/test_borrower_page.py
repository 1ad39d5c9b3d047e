"""C07 line by line: what is owed and why, what happened, and nothing of it while a stranger listens."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.db import connection, transaction
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext

from forbear.compliance.scopes import Scope
from forbear.contact.calls import LineEvent
from forbear.contact.preferences import HoldKind
from forbear.loans.payments import Payment, PaymentKind
from forbear.primitives.identifiers import PaymentId
from forbear.rulebooks.cn_civil_code_2021.limitation_states import Limitation, LimitationState
from forbear_server.selectors.actors import Actor, Role
from forbear_server.selectors.borrower_pages import find_borrower_page
from forbear_server.selectors.contact_timelines import find_timeline
from forbear_server.selectors.limitations import limitation_of
from forbear_server.selectors.loans import LoanExplained, find_loan
from forbear_server.services.behaviour import ReportedEvent, take_behaviour_event
from forbear_server.services.call_lines import note_telephones
from forbear_server.services.evidence import append_evidence
from forbear_server.services.notes import write_note
from forbear_server.services.preferences import place_hold
from forbear_server.store.lender_scope import lender_scope
from forbear_server.store.models import Borrower, Call, ContactHold, Message, WorklistItem
from server.conftest import NOW
from server.desk import import_small_tape, put_on_worklist
from server.outbox import approved_template, sms_sender
from server.telephones import begun, phones_of, tell
from server.test_worklist_pages import at

pytestmark = pytest.mark.django_db
SignIn = Callable[..., Client]
PAGE = "/console/borrowers/B-1/"
CHINA = Scope(jurisdiction="CN", lender_kind="consumer_finance")
ASKS = (
    "您好，这里是{机构}。{姓}女士，您有{应还金额}到期。有困难请联系我们：{客服电话}。回复TD退订。"
)


@pytest.fixture
def desk(qinghe: int, fresh_data_dir: Path) -> int:
    import_small_tape(fresh_data_dir)
    with lender_scope(qinghe):
        put_on_worklist(qinghe, "B-1", "B-2", "B-4")
        sms_sender(qinghe)
    return qinghe


def text_of(client: Client, address: str = PAGE) -> str:
    return str(client.get(address).content.decode())


def section(page: str, name: str) -> str:
    """The words of one part of the page."""
    part = re.split(r"</section>|</article>", page.partition(f'data-testid="{name}"')[2])[0]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", part)).replace("> ", "", 1)


def happenings(page: str) -> list[str]:
    return [
        re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", one)).strip()
        for one in re.findall(r"<summary data-opens>(.*?)</summary>", page, re.S)
    ]


def test_the_head_sums_up_all_loans_with_the_worst_bucket(desk: int, signed_in: SignIn) -> None:
    head = section(text_of(signed_in(Role.COLLECTOR)), "C07-sums").partition("</dl>")[0]
    # 2 x 1,036.50 due and unpaid; penalty: 950 for 37 days and 950 for 6 days at 18% over 360 days,
    # 17.575 + 2.85, each rounded half up: 17.58 + 2.85
    assert "逾期应还 ¥2,093.43" in head
    # and the third instalment
    assert "未结清 ¥3,129.93" in head
    assert "最高分档 M2 (31–60 天)" in head


def test_a_loan_card_says_what_is_owed_of_what_what_comes_next_and_how_long_it_can_be_claimed(
    desk: int, signed_in: SignIn
) -> None:
    card = section(text_of(signed_in(Role.COLLECTOR)), "C07-loan-card")
    for words in (
        *("易分期 尾号 L-1 逾期", "逾期天数 37 M2 (31–60 天)", "逾期应还 ¥2,093.43"),
        *("下次应还 ¥1,036.50 2026-12-14", "本金 ¥1,900.00", "利息 ¥173.00", "罚息 ¥20.43"),
        *("费用 ¥0.00", "年利率（合同） 12.0%", "年化综合成本 — 账簿没有记录"),
        # three years from the last instalment on 2026-12-14
        *("时效 正常 届满日 2029-12-14 · CN-CC-188", "怎么算的"),
    ):
        assert words in card


def test_what_nobody_recorded_is_said_in_one_sentence(desk: int, signed_in: SignIn) -> None:
    page = text_of(signed_in(Role.COLLECTOR))
    assert "还没有记录收入和支出。" in section(page, "C07-affordability")
    assert "还没有评分。" in section(page, "C07-score")
    assert "还没有记录。" in section(page, "C07-preferences")


@pytest.fixture
def loan(desk: int, make_actor: Callable[..., Actor]) -> LoanExplained:
    with lender_scope(desk):
        found = find_loan(make_actor("wang.min", Role.COLLECTOR), "L-1", as_of=NOW.date())
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("as_of", "state"),
    [
        (date(2029, 6, 16), LimitationState.NORMAL),
        (date(2029, 6, 17), LimitationState.NEAR),
        (date(2029, 12, 14), LimitationState.NEAR),
        (date(2029, 12, 15), LimitationState.PASSED),
    ],
)
def test_limitation_turns_180_days_before_its_last_day_and_on_the_day_after(
    loan: LoanExplained, as_of: date, state: LimitationState
) -> None:
    expected = Limitation(state, date(2029, 12, 14), is_restarted=False)
    assert limitation_of(replace(loan, as_of=as_of), scope=CHINA) == expected


def test_a_payment_begins_limitation_anew_and_one_that_was_taken_back_does_not(
    loan: LoanExplained,
) -> None:
    paid = Payment(PaymentId("P-9"), date(2027, 3, 1), 100)
    back = Payment(PaymentId("P-10"), date(2027, 3, 5), -100, PaymentKind.REVERSAL, paid.payment_id)
    later = replace(loan, as_of=date(2027, 4, 1), payments=(paid,))
    anew = Limitation(LimitationState.NORMAL, date(2030, 3, 1), is_restarted=True)
    assert limitation_of(later, scope=CHINA) == anew
    taken_back = limitation_of(replace(later, payments=(paid, back)), scope=CHINA)
    assert taken_back == Limitation(LimitationState.NORMAL, date(2029, 12, 14), is_restarted=False)


def test_money_received_after_write_off_begins_no_limitation_anew(loan: LoanExplained) -> None:
    bought = Payment(PaymentId("P-9"), date(2027, 3, 1), 100, PaymentKind.RECOVERY)
    later = replace(loan, as_of=date(2027, 4, 1), payments=(bought,))
    unmoved = Limitation(LimitationState.NORMAL, date(2029, 12, 14), is_restarted=False)
    assert limitation_of(later, scope=CHINA) == unmoved


def test_how_limitation_is_counted_says_what_is_not_known(desk: int, signed_in: SignIn) -> None:
    card = section(text_of(signed_in(Role.COLLECTOR)), "C07-loan-card")
    assert "实际届满日可能更晚，也可能更早，请由法务核定。" in card


def test_limitation_is_told_only_where_the_civil_code_binds(loan: LoanExplained) -> None:
    abroad = Scope(jurisdiction="UK", lender_kind="bank")
    assert limitation_of(loan, scope=abroad) is None


def test_the_panel_says_the_sentence_the_citation_and_how_long_to_wait(
    desk: int, signed_in: SignIn
) -> None:
    client = signed_in(Role.COLLECTOR)
    for moment, wait in (
        ("07:38", "22 分钟后"),
        ("07:56", "240 秒后"),
        ("22:30", "9 小时 30 分钟后"),
    ):
        with at(moment):
            panel = text_of(client, PAGE + "panel/")
        assert f">{wait}</span> (" in panel
        assert "08:00)" in panel
    assert "CN-GBT45251-HOURS" in panel
    assert "同一号码未接 0/" in panel
    assert panel.count("data-channel=") == 8


def test_a_refused_attempt_stands_on_the_timeline_with_its_rule(
    desk: int, signed_in: SignIn, make_actor: Callable[..., Actor]
) -> None:
    with lender_scope(desk):
        writer = make_actor("ye.qing", Role.STRATEGIST)
        made = approved_template(writer, make_actor("jiang.ping", Role.COMPLIANCE))
    client = signed_in(Role.COLLECTOR)
    said = {"channel": "sms", "template": str(made.pk), "key": "a" * 32}
    with at("22:30"):
        assert client.post(PAGE + "send/", said).status_code == 409
    assert client.post(PAGE + "send/", {**said, "key": "b" * 32}).status_code == 302
    page = text_of(client)
    refused, sent = happenings(page)
    assert re.match(
        r"2026-11-20 22:30 未联系： .*短信 · the.collector 的名字 · L-1 暂不可以$", refused
    )
    assert re.match(
        r"2026-11-20 10:30 发出消息 · 短信 · the.collector 的名字 · L-1 排队中 可以$", sent
    )
    assert "CN-GBT45251-HOURS" in page
    assert page.count("许可的证据") == 1
    for group, many in (("contact", 2), ("decision", 1), ("money", 0), ("promise", 0)):
        assert len(happenings(text_of(client, f"{PAGE}?show={group}"))) == many
    with lender_scope(desk):
        Message.objects.update(state="claimed", lease_until=NOW, worker="w1")
    assert "已领取" not in text_of(client)
    with lender_scope(desk):
        Message.objects.update(state="queued", lease_until=None, worker="")
    assert client.post(PAGE + "hold/", {"kind": "hardship"}).status_code == 302
    stopped = happenings(text_of(client, f"{PAGE}?show=contact"))[1]
    assert stopped.endswith("L-1 已拦截 · 困难评估中 可以")


def test_payments_and_machine_voices_say_what_they_are(desk: int, signed_in: SignIn) -> None:
    client = signed_in(Role.COLLECTOR)
    four = "/console/borrowers/B-4/"
    assert happenings(text_of(client, f"{four}?show=money")) == [
        "2026-11-02 00:00 付款 · L-4 · ¥10.00 还款"
    ]
    assert [one[:39] for one in happenings(text_of(client, f"{four}?show=contact"))] == [
        f"2026-11-20 {clock} 联系记录 · 人工电话 · 本机构 接通"[:39]
        for clock in ("09:30", "09:00", "08:30")
    ]


def test_a_complaint_is_found_under_its_filter(desk: int, signed_in: SignIn) -> None:
    client = signed_in(Role.COLLECTOR)
    client.post(PAGE + "hold/", {"kind": "complaint"})
    client.post(PAGE + "hold/", {"kind": "hardship"})
    for group, word in (("grievance", "投诉处理中"), ("arrangement", "困难评估中")):
        (found,) = happenings(text_of(client, f"{PAGE}?show={group}"))
        assert word in found
    page = text_of(client)
    bars = re.findall(r'data-testid="C07-hold"><p>(.*?)</p>', page, re.S)
    told = [re.sub(r"<[^>]+>| +(?= )", "", one).strip() for one in bars]
    assert "全部借据 · 自 2026-11-20 10:30 · 至 答复后三天" in told[0]
    assert "至 作出决定" in told[1]


def test_a_suggestion_takes_the_place_of_the_words_and_nothing_is_kept(
    desk: int, signed_in: SignIn
) -> None:
    client = signed_in(Role.COLLECTOR)
    typed = {"channel": "sms", "text": "你好老赖，回复我们。", "key": "k" * 32}
    page = client.post(PAGE + "check/", typed, headers={"HX-Request": "true"}).content.decode()
    number = re.findall(r'name="replace" value="(\d)"[^>]*aria-label="用这个替换：侮辱羞辱"', page)
    assert len(number) == 1
    for headers, opening in (({"HX-Request": "true"}, "<section"), ({}, "<!doctype html>")):
        answer = client.post(PAGE + "check/", {**typed, "replace": number[0]}, headers=headers)
        assert answer.status_code == 200
        changed = answer.content.decode()
        assert changed.lstrip().lower().startswith(opening)
        assert ">你好您，回复我们。</textarea>" in changed
    # A finding that is not there, or no number: the words stay.
    for wrong in ("99", "x", "٣"):
        answer = client.post(PAGE + "check/", {**typed, "replace": wrong})
        assert ">你好老赖，回复我们。</textarea>" in answer.content.decode()
    with lender_scope(desk):
        assert Message.objects.count() == 0


def test_a_missing_lender_is_put_in_front_with_the_lenders_own_name(
    desk: int, signed_in: SignIn
) -> None:
    typed = {"channel": "mail", "text": "回复我们商量。", "key": "k" * 32}
    client = signed_in(Role.COLLECTOR)
    page = client.post(PAGE + "check/", typed, headers={"HX-Request": "true"}).content.decode()
    number = re.findall(r'name="replace" value="(\d)"[^>]*aria-label="用这个替换：缺机构名"', page)
    assert "7 字" in page
    changed = client.post(PAGE + "check/", {**typed, "replace": number[0]}).content.decode()
    assert "您好，这里是青禾消费金融。回复我们商量。</textarea>" in changed
    assert 'id="compose-subject"' in changed


@override_settings(SERVICE_PHONE="400-000-0042")
def test_while_a_stranger_may_listen_nothing_of_a_debt_reaches_the_page_by_any_way(
    desk: int, signed_in: SignIn, make_actor: Callable[..., Actor]
) -> None:
    client = signed_in(Role.COLLECTOR)
    with lender_scope(desk):
        writer = make_actor("ye.qing", Role.STRATEGIST)
        made = approved_template(writer, make_actor("jiang.ping", Role.COMPLIANCE), ASKS)
        ContactHold.objects.create(
            lender_id=desk, borrower=Borrower.objects.get(ref="B-2"), kind="dispute",
            source="collector", loan_ref="L-2", placed_at=NOW - timedelta(days=1), evidence_id="0" * 32,
        )  # fmt: skip
        note_telephones(sender_id=phones_of(desk), can_record=True, now=NOW)
    note = {"channel": "note", "text": "L-1 还欠很多", "key": "n" * 32}
    assert client.post(PAGE + "note/", note).status_code == 302
    debt = re.compile(r"L-1|L-2|¥|2,093|M2 [(]|还欠很多|C07-score|C07-loan-card|易分期")
    filled = {"channel": "sms", "template": str(made.pk), "text": "", "key": "c" * 32}
    checked = client.post(PAGE + "check/", filled, headers={"HX-Request": "true"})
    assert "2,093.43 元" in checked.content.decode()
    with lender_scope(desk):
        call = begun(make_actor("zhou.lan", Role.COLLECTOR)).call_id
        assert call is not None
        tell(desk, call, LineEvent.RINGING, LineEvent.ANSWERED, LineEvent.RECORDING)
    assert debt.search(text_of(client)) is None
    for headers in ({}, {"HX-Request": "true"}):
        for path, body in (
            ("check/", filled),
            ("check/", {**filled, "replace": "0"}),
            ("check/", {**filled, "template": "", "text": "您欠 5 元"}),
            ("reveal/", {"reason": "complaint"}),
        ):
            answer = client.post(PAGE + path, body, headers=headers)
            assert debt.search(answer.content.decode()) is None, (path, body)
    with lender_scope(desk):
        Call.objects.update(identity="right_party")
    assert debt.search(text_of(client))


def test_what_was_told_and_decided_stands_under_its_filter_and_every_item_opens_its_proof(
    desk: int, signed_in: SignIn, make_actor: Callable[..., Actor]
) -> None:
    client = signed_in(Role.COLLECTOR)
    told = [("payment", "P-7", 5_000), ("promise_missed", "K-1", None), ("complaint", "G-1", None)]
    with lender_scope(desk):
        teller = make_actor("zhou.lan", Role.COLLECTOR)
        for kind, event_id, amount in told:
            event = ReportedEvent(
                loan_ref="L-1",
                kind=kind,
                happened_on=date(2026, 11, 19),
                event_id=event_id,
                amount_minor=amount,
            )
            take_behaviour_event(actor=teller, event=event, now=NOW)
        with transaction.atomic():
            append_evidence(
                "plan.published", now=NOW, lender_id=desk, about="run:2026-11-20", body={"lines": 3}
            )
        WorklistItem.objects.update(reasons=["stage_middle"])
    for group, words in (
        ("money", "2026-11-19 00:00 机构告知 · L-1 · ¥50.00 收到还款"),
        ("promise", "2026-11-19 00:00 机构告知 · L-1 承诺未兑现"),
        ("grievance", "2026-11-19 00:00 机构告知 · L-1 收到投诉"),
        ("decision", "2026-11-20 10:30 当日计划 人工电话 · 逾期 31–90 天，适合谈还款安排"),
    ):
        page = text_of(client, f"{PAGE}?show={group}")
        assert happenings(page) == [words]
    page = text_of(client, "/console/borrowers/B-4/")
    rows = len(happenings(page))
    page += text_of(client)
    rows += len(happenings(text_of(client)))
    proofs = re.findall(r'class="happening-more">.*?href="(/console/evidence/[^"]+)"', page, re.S)
    # four attempts and payments of the book and the plan; what was told of B-1, and its plan
    assert (rows, len(proofs)) == (9, 9)
    for proof in set(proofs):
        assert client.get(proof).status_code == 200


def test_a_longer_history_asks_the_desk_no_more_often(
    desk: int, make_actor: Callable[..., Actor]
) -> None:
    actor = make_actor("wang.min", Role.COLLECTOR)
    with lender_scope(desk):
        page = find_borrower_page(actor, "B-1", now=NOW)
        assert page is not None
        with CaptureQueriesContext(connection) as before:
            assert find_timeline(actor, page) == []
        for n in range(4):
            write_note(actor=actor, borrower_ref="B-1", text="记", idempotency_key=f"{n}", now=NOW)
            place_hold(
                actor=actor, borrower_ref="B-1", kind=HoldKind.PAUSE, source="collector", now=NOW,
                until=NOW + timedelta(days=n + 1),
            )  # fmt: skip
        with CaptureQueriesContext(connection) as after:
            assert len(find_timeline(actor, page)) == 8
    assert len(after) == len(before)


@pytest.mark.parametrize(
    ("text", "shown", "hidden"),
    [
        (
            "您好，这里是{机构}。{自由:20}有困难可以回复我们。回复TD退订。",
            [
                ">25 号之后再说。</textarea>",
                "您好，这里是青禾消费金融。25 号之后再说。有困难可以回复我们。回复TD退订。",
            ],
            "没有可填的空格",
        ),
        (
            "您好，这里是{机构}。有困难可以回复我们。回复TD退订。",
            [
                "没有可填的空格",
                '<input type="hidden" name="text" value="25 号之后再说。">',
                "您好，这里是青禾消费金融。有困难可以回复我们。回复TD退订。",
            ],
            "<textarea",
        ),
    ],
    ids=["slot", "fixed"],
)
def test_the_fixed_words_of_a_template_are_read_only_and_only_its_slot_is_filled(
    desk: int,
    signed_in: SignIn,
    make_actor: Callable[..., Actor],
    text: str,
    shown: list[str],
    hidden: str,
) -> None:
    with lender_scope(desk):
        writer = make_actor("ye.qing", Role.STRATEGIST)
        made = approved_template(writer, make_actor("jiang.ping", Role.COMPLIANCE), text)
    typed = {"channel": "sms", "text": "25 号之后再说。", "key": "k" * 32, "chosen": "anew"}
    answer = signed_in(Role.COLLECTOR).post(
        PAGE + "check/", {**typed, "template": str(made.pk)}, headers={"HX-Request": "true"}
    )
    composer = answer.content.decode()
    assert all(words in composer for words in shown)
    assert hidden not in composer
