"""C14: the answer before anybody does it, from stated facts or from a borrower's own records."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client

from forbear.contact.facts import ContactFacts
from forbear_server.console.may_contact_form import ASKED_NAMES
from forbear_server.selectors.actors import Role
from forbear_server.store.lender_scope import lender_scope
from forbear_server.store.models import EvidenceEntry, Lender, PermitRequest
from server.conftest import NOW
from server.desk import import_small_tape, run_the_night

pytestmark = pytest.mark.django_db
SignIn = Callable[..., Client]
ADDRESS = "/console/rules/may-i-contact/"
CALL = {
    "jurisdiction": "CN",
    "kind": "consumer_finance",
    "channel": "voice_interactive",
    "on": "2026-11-20",
}


@pytest.fixture
def client(signed_in: SignIn) -> Client:
    return signed_in(Role.COLLECTOR)


def ask(client: Client, status: int = 200, **asked: str) -> str:
    answer = client.get(ADDRESS, CALL | asked)
    assert answer.status_code == status
    return answer.content.decode()


def verdict(page: str) -> str:
    (found,) = re.findall(r'data-verdict="(\w+)"', page)
    return found


def grounds(page: str) -> list[str]:
    """The rules cited on the refusal cards."""
    cards = re.findall(r'data-testid="C14-ground">(.*?)</div>', page, re.S)
    return [one for card in cards for one in re.findall(r'href="/console/rules/([^/]+)/"', card)]


def region(page: str, name: str) -> str:
    return page.split(f'data-testid="{name}"', 1)[1].split("</section>", 1)[0]


def test_nobody_signed_in_gets_the_sign_in_page(db: None) -> None:
    assert Client().get(ADDRESS).status_code == 401


@pytest.mark.parametrize("role", Role)
def test_everybody_but_the_administrator_may_ask(
    signed_in: SignIn, qinghe: int, role: Role
) -> None:
    answer = signed_in(role).get(ADDRESS)
    assert answer.status_code == (403 if role is Role.ADMIN else 200)
    with lender_scope(qinghe):
        refusals = EvidenceEntry.objects.filter(name="access.refused").count()
    assert refusals == (1 if role is Role.ADMIN else 0)


def test_a_question_writes_nothing(client: Client, qinghe: int) -> None:
    with lender_scope(qinghe):
        before = EvidenceEntry.objects.count()
    ask(client, time="22:00")
    with lender_scope(qinghe):
        assert EvidenceEntry.objects.count() == before
        assert PermitRequest.objects.count() == 0


def test_it_opens_with_a_call_of_ones_own_lender_now(client: Client) -> None:
    page = client.get(ADDRESS).content.decode()
    assert verdict(page) == "allowed"
    assert '<option value="consumer_finance" selected>' in page
    assert 'value="2026-11-20"' in page
    assert 'value="10:30"' in page


def test_22_00_is_not_permitted_with_two_citations_and_the_next_time(client: Client) -> None:
    page = ask(client, time="22:00")
    assert verdict(page) == "not_now"
    assert "暂不可以" in page
    assert grounds(page) == ["CN-CBA2026-HOURS", "CN-GBT45251-HOURS"]
    assert "下次可联系 2026-11-21 08:00" in page


def test_21_59_is_permitted(client: Client) -> None:
    page = ask(client, time="21:59")
    assert verdict(page) == "allowed"
    assert grounds(page) == []


@pytest.mark.parametrize(("connected", "answer"), [("2", "allowed"), ("3", "not_now")])
def test_the_fourth_connected_call_is_not_permitted(
    client: Client, connected: str, answer: str
) -> None:
    page = ask(client, time="15:00", connected_interactive_calls_today=connected)
    assert verdict(page) == answer
    if answer == "not_now":
        assert grounds(page) == ["CN-GBT45251-FREQ-INTERACTIVE"]
        assert "下次可联系 2026-11-21 08:00" in page


def test_hours_agreed_turn_22_30_and_name_the_exception(client: Client) -> None:
    assert verdict(ask(client, time="22:30")) == "not_now"
    page = ask(client, time="22:30", agreed_from_minute="22:00", agreed_until_minute="23:00")
    assert verdict(page) == "allowed"
    named = re.findall(r'data-testid="C14-exception">(.*?)</p>', page, re.S)
    assert len(named) == 2
    assert "双方事先约定的催收时间优先。" in named[1]


def test_what_can_never_be_done_has_no_next_time(client: Client) -> None:
    page = ask(client, time="10:00", recipient="employer", purpose="pass_message")
    assert verdict(page) == "never"
    assert "C14-next" not in page
    assert "只联系借款人本人" in page


def test_an_unknown_clock_is_for_a_person(client: Client) -> None:
    assert verdict(ask(client, time="10:00", zone="unknown")) == "needs_review"


def test_a_day_before_any_rule_is_for_a_person(client: Client) -> None:
    page = ask(client, time="10:00", on="1990-01-01")
    assert verdict(page) == "needs_review"
    assert "这一天没有任何规则生效" in page


def test_every_rule_stands_there_in_order_or_says_why_not(client: Client) -> None:
    page = ask(client, time="22:00")
    asked = re.findall(r'href="/console/rules/([^/]+)/"', region(page, "C14-rules"))
    assert asked[:2] == ["CN-CBA2026-FREQ6", "CN-CBA2026-HOURS"]
    assert "CN-GBT45251-HOURS" in asked
    others = region(page, "C14-others")
    assert "CN-GBT45251-INTERVAL-7D" in others
    assert "默认关闭" in others
    assert "CN-NIFA2024-HOURS" in others
    assert "这一天已失效" in others
    assert "US-REGF-HOURS" not in page


def test_the_deciding_branch_is_explained_with_the_numbers_of_the_day(client: Client) -> None:
    rules = region(ask(client, time="22:00"), "C14-rules")
    hit = rules.split('data-standing="harm"', 1)[1].split("</li><li data", 1)[0]
    assert "不小于22:00" in hit
    assert "并非已同意夜间联系" in hit


def test_the_hours_of_the_day_are_said_not_only_coloured(client: Client) -> None:
    hours = re.findall(r'<li class="is-(\w+)".*?</li>', region(ask(client), "C14-hours"), re.S)
    assert hours == ["harm"] * 8 + ["ok"] * 14 + ["harm"] * 2
    words = re.findall(r'read-out">(可以|不可以)<', region(ask(client), "C14-hours"))
    assert words == ["不可以"] * 8 + ["可以"] * 14 + ["不可以"] * 2


def test_an_hour_permitted_in_part_is_marked_so(client: Client) -> None:
    page = ask(client, agreed_from_minute="09:30", agreed_until_minute="11:00")
    hours = re.findall(r'<li class="is-(\w+)"', region(page, "C14-hours"))
    assert hours[8:12] == ["harm", "note", "ok", "harm"]
    assert "09:30–11:00" in region(page, "C14-hours")


def test_seven_days_start_with_the_spent_count_and_go_on_without_it(client: Client) -> None:
    page = ask(client, time="15:00", connected_interactive_calls_today="3")
    week = re.findall(r'<li class="is-(\w+)">', region(page, "C14-week"))
    assert week == ["harm"] + ["note"] * 6
    assert region(page, "C14-week").count("08:00–22:00") == 6


def test_facts_nothing_looks_at_are_said_to_be_idle(client: Client) -> None:
    page = ask(client, time="10:00", is_represented="yes")
    assert "已委托律师处理该债务" in page.split("C14-unread", 1)[1].split("</p>", 1)[0]
    assert "C14-unread" not in ask(client, time="10:00", recipient="guarantor")


def test_a_hold_is_the_gates_own_refusal_and_no_day_lifts_it(client: Client) -> None:
    page = ask(client, time="10:00", is_on_hold="yes")
    assert verdict(page) == "never"
    assert "机构政策：暂停期间不联系" in page
    assert "C14-unread" not in page
    assert re.findall(r'<li class="is-(\w+)">', region(page, "C14-week")) == ["harm"] * 7


def test_another_product_leaves_a_rule_out(client: Client) -> None:
    page = ask(client, time="22:00", product="credit_card")
    assert grounds(page) == ["CN-CBA2026-HOURS"]
    assert "不适用于这种产品" in region(page, "C14-others")


def test_a_lender_that_is_no_member_is_not_bound_by_the_convention(client: Client) -> None:
    page = ask(client, time="22:00", members="none")
    assert grounds(page) == ["CN-GBT45251-HOURS"]
    assert "机构不是该组织会员" in region(page, "C14-others")


@pytest.mark.parametrize(
    ("field", "typed", "fault"),
    [
        ("channel", "telegram", "没有「telegram」这个选项"),
        ("jurisdiction", "XX", "没有「XX」这个选项"),
        ("kind", "pawnshop", "没有「pawnshop」这个选项"),
        ("time", "25:99", "请输入 00:00 到 23:59 的时间。"),
        ("time", "later", "请输入 00:00 到 23:59 的时间。"),
        ("on", "2026-02-30", "请输入日期，例如 2026-11-20。"),
        ("on", "9999-12-31", "请输入 1978 年到 2100 年之间的日期。"),
        ("connected_interactive_calls_today", "-1", "请输入 0 到 1000 的整数。"),
        ("connected_interactive_calls_today", "1001", "请输入 0 到 1000 的整数。"),
        ("unanswered_attempts_today_same_number", "²", "请输入 0 到 1000 的整数。"),
        ("agreed_from_minute", "24:00", "请输入 00:00 到 23:59 的时间。"),
        ("is_number_invalid", "perhaps", "没有「perhaps」这个选项"),
        ("recipient", "neighbour", "没有「neighbour」这个选项"),
    ],
)
def test_a_fault_stands_beside_its_field_and_what_was_typed_stays(
    client: Client, field: str, typed: str, fault: str
) -> None:
    page = ask(client, 422, **{field: typed})
    assert "<title>错误：" in page
    beside = page.split(f'id="problem-{field}"', 1)[1].split("</p>", 1)[0]
    assert fault in beside
    assert f'href="#{field}"' in page
    assert f'value="{typed}"' in page
    assert "data-verdict=" not in page


def test_two_faults_are_both_named(client: Client) -> None:
    page = ask(client, 422, time="25:00", channel="fax")
    assert "有 2 处需要修改" in page


def test_agreed_hours_may_last_until_midnight(client: Client) -> None:
    page = ask(client, time="23:59", agreed_from_minute="22:00", agreed_until_minute="24:00")
    assert verdict(page) == "allowed"


def test_a_word_nobody_knows_in_the_address_is_left_aside(client: Client) -> None:
    page = ask(client, time="10:00", utm_source="mail")
    (link,) = re.findall(r'data-address="([^"]+)"', page)
    assert "utm_source" not in link


def test_every_fact_has_a_field(client: Client) -> None:
    page = ask(client)
    names = set(re.findall(r'<(?:input|select) id="(\w+)"', page))
    assert names == ASKED_NAMES
    facts = set(ContactFacts.__dataclass_fields__) - {"local_minute", "local_weekday"}
    assert facts <= names


class TestWithHtmx:
    def get(self, client: Client, **asked: str) -> tuple[int, str, dict[str, str]]:
        answer = client.get(ADDRESS, CALL | asked, headers={"hx-request": "true"})
        return answer.status_code, answer.content.decode(), dict(answer.headers)

    def test_a_change_gets_the_answer_alone_and_an_address_to_share(self, client: Client) -> None:
        status, page, headers = self.get(client, time="22:00", product="")
        assert (status, verdict(page)) == (200, "not_now")
        assert "C14-form" not in page
        assert headers["HX-Replace-Url"] == (
            f"{ADDRESS}?channel=voice_interactive&jurisdiction=CN&kind=consumer_finance"
            "&on=2026-11-20&time=22%3A00"
        )
        assert verdict(client.get(headers["HX-Replace-Url"]).content.decode()) == "not_now"

    def test_a_fault_replaces_the_form_and_so_does_the_answer_after_it(
        self, client: Client
    ) -> None:
        status, page, headers = self.get(client, time="25:00")
        assert (status, headers["HX-Retarget"]) == (422, "#may-contact")
        assert 'name="faulty" value="yes"' in page
        status, page, headers = self.get(client, time="21:00", faulty="yes")
        assert (status, headers["HX-Retarget"]) == (200, "#may-contact")
        assert 'name="faulty"' not in page

    def test_an_unknown_borrower_is_a_fault_of_its_field(self, client: Client) -> None:
        status, page, _ = self.get(client, time="10:00", borrower="NOBODY")
        assert status == 422
        assert "没有找到，或您无权查看。" in page.split('id="problem-borrower"', 1)[1]


class TestOfABorrower:
    @pytest.fixture(autouse=True)
    def _desk(self, qinghe: int, fresh_data_dir: Path) -> None:
        import_small_tape(fresh_data_dir)
        run_the_night()

    def test_the_gate_answers_from_the_records(self, signed_in: SignIn) -> None:
        # B-4 was connected three times today.
        page = ask(signed_in(Role.COMPLIANCE), borrower="B-4", time="10:30")
        assert verdict(page) == "not_now"
        assert grounds(page) == ["CN-GBT45251-FREQ-INTERACTIVE"]
        assert "下次可联系 2026-11-21 08:00" in page
        assert "按这位借款人的实际记录" in page
        assert "C14-unread" not in page

    def test_what_is_typed_does_not_soften_the_records(self, signed_in: SignIn) -> None:
        page = ask(
            signed_in(Role.COMPLIANCE),
            borrower="B-4",
            time="10:30",
            connected_interactive_calls_today="0",
            kind="assignee",
            jurisdiction="US",
        )
        assert verdict(page) == "not_now"

    def test_what_no_record_holds_yet_is_believed(self, signed_in: SignIn, qinghe: int) -> None:
        client = signed_in(Role.COMPLIANCE)
        asked = {"borrower": "B-1", "time": "10:30"}
        assert verdict(ask(client, **asked)) == "allowed"
        # A bank's card borrower whose instalment agreement is performing is left alone.
        with lender_scope(qinghe):
            Lender.objects.filter(pk=qinghe).update(kind="bank")
        page = ask(client, **asked, instalment_agreement="performing")
        assert verdict(page) == "never"
        assert grounds(page) == ["CN-CARD2011-70-STOP"]
        assert verdict(ask(client, **asked, agreed_attempt_cap="0")) == "allowed"

    def test_it_gives_the_rules_the_worklist_gives(self, signed_in: SignIn) -> None:
        client = signed_in(Role.COLLECTOR)
        page = ask(client, borrower="B-2", time="10:30")
        assert verdict(page) == "needs_review"
        worklist = client.get("/console/worklist/?tab=later").content.decode()
        assert grounds(page) == ["CN-CBA2026-HOURS", "CN-GBT45251-HOURS"]
        assert "晚上十点到早上八点不联系" in worklist

    @pytest.mark.parametrize("role", [Role.STRATEGIST, Role.COMPLAINTS])
    def test_who_sees_no_borrower_gets_the_one_text(self, signed_in: SignIn, role: Role) -> None:
        page = ask(signed_in(role), 404, borrower="B-1", time="10:30")
        assert "没有找到，或您无权查看。" in page

    def test_a_borrower_of_another_lender_is_not_there(
        self, signed_in: SignIn, other_lender: int
    ) -> None:
        client = signed_in(Role.COMPLIANCE, username="elsewhere", lender_id=other_lender)
        assert "没有找到，或您无权查看。" in ask(client, 404, borrower="B-1", time="10:30")

    def test_asking_about_a_borrower_records_nothing(self, signed_in: SignIn, qinghe: int) -> None:
        client = signed_in(Role.COMPLIANCE)
        with lender_scope(qinghe):
            before = EvidenceEntry.objects.count()
        ask(client, borrower="B-1", time="10:30")
        with lender_scope(qinghe):
            assert EvidenceEntry.objects.count() == before
            assert PermitRequest.objects.count() == 0


def test_now_is_the_business_clock(client: Client) -> None:
    assert f'value="{NOW:%H:%M}"' in client.get(ADDRESS).content.decode()
