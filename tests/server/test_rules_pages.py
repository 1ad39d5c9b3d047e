"""C13: the law as it stood on any day, each rule cited, its cases run, and how often it was hit."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from forbear import rulebooks
from forbear.compliance.parameters import DatedValue
from forbear.compliance.rules import Rule
from forbear_server.console.rule_display import shown_parameter, try_address
from forbear_server.selectors.actors import Role
from forbear_server.selectors.rule_catalogue import differences, is_contact_rule
from forbear_server.store.lender_scope import lender_scope
from forbear_server.store.models import EvidenceEntry, PermitRequest, WorklistItem
from server.conftest import NOW
from server.desk import import_small_tape, run_the_night

pytestmark = pytest.mark.django_db
SignIn = Callable[..., Client]
HOURS = "CN-GBT45251-HOURS"


def text_of(client: Client, address: str, status: int = 200, **headers: str) -> str:
    answer = client.get(address, headers=headers)
    assert answer.status_code == status
    return answer.content.decode()


def listed(page: str) -> set[str]:
    """The rules the tree links to."""
    return set(re.findall(r'hx-get="/console/rules/([^/"]+)/\?', page))


ADDRESSES = [
    "/console/rules/",
    f"/console/rules/{HOURS}/",
    "/console/rules/differences/",
    "/console/rules/books/CN-GBT45251/report/",
]


@pytest.mark.parametrize("address", ADDRESSES)
def test_nobody_signed_in_gets_the_sign_in_page(db: None, address: str) -> None:
    assert Client().get(address).status_code == 401


@pytest.mark.parametrize("role", Role)
def test_every_role_reads_the_law_and_reading_records_nothing(
    signed_in: SignIn, qinghe: int, role: Role
) -> None:
    client = signed_in(role)
    for address in ADDRESSES:
        assert client.get(address).status_code == 200
    with lender_scope(qinghe):
        names = set(EvidenceEntry.objects.values_list("name", flat=True))
    assert names <= {"lender.registered", "user.created"}


@pytest.mark.parametrize("address", ["NO-SUCH-RULE/", "books/NO-SUCH-BOOK/report/"])
def test_what_is_not_there_is_not_found(signed_in: SignIn, address: str) -> None:
    text_of(signed_in(Role.COLLECTOR), f"/console/rules/{address}", 404)


def test_the_menu_leads_to_the_rules(signed_in: SignIn) -> None:
    assert 'href="/console/rules/"' in text_of(signed_in(Role.ADMIN), "/console/rules/")


def test_at_the_end_of_2024_the_standard_is_hidden_and_its_predecessor_shown(
    signed_in: SignIn,
) -> None:
    client = signed_in(Role.COLLECTOR)
    then = listed(text_of(client, "/console/rules/?on=2024-12-31"))
    now = listed(text_of(client, "/console/rules/?on=2025-02-28"))
    assert {"CN-NIFA2024-HOURS", HOURS} & then == {"CN-NIFA2024-HOURS"}
    assert {"CN-NIFA2024-HOURS", HOURS} & now == {HOURS}


def test_the_tree_holds_every_rule_in_force(signed_in: SignIn) -> None:
    page = text_of(signed_in(Role.COLLECTOR), "/console/rules/")
    assert listed(page) == {r.id for r in rulebooks.rules() if r.reach.holds_on(NOW.date())}


@pytest.mark.parametrize(
    ("query", "rule_ids"),
    [
        ("topic=quiet_hours&kind=consumer_finance&q=CN-", {"CN-CBA2026-HOURS", HOURS}),
        ("status=unverified&kind=bank", {"CN-CARD2022-13"}),
        ("q=拨打频次每日合计", set()),
        ("q=主动有效通话", {"CN-GBT45251-FREQ-INTERACTIVE"}),
    ],
)
def test_filters_stand_in_the_address(signed_in: SignIn, query: str, rule_ids: set[str]) -> None:
    page = text_of(signed_in(Role.COLLECTOR), f"/console/rules/?{query}")
    assert listed(page) == rule_ids
    assert ("C13-empty" in page) == (not rule_ids)


def test_a_day_without_law_says_so(signed_in: SignIn) -> None:
    page = text_of(signed_in(Role.COLLECTOR), "/console/rules/?on=1950-01-01")
    assert "此日期没有生效的规则" in page


def test_an_impossible_day_is_named_beside_its_field_and_kept(signed_in: SignIn) -> None:
    page = text_of(signed_in(Role.COLLECTOR), "/console/rules/?on=2026-13-45", 422)
    assert page.count("请输入日期，例如 2026-11-20。") == 2
    assert 'value="2026-13-45"' in page


def test_every_rule_shows_its_citation_and_its_quotation(signed_in: SignIn) -> None:
    client = signed_in(Role.COLLECTOR)
    for rule in rulebooks.rules():
        page = text_of(client, f"/console/rules/{rule.id}/", hx_request="true", hx_target="rule")
        (citation,) = re.findall(r'data-testid="C13-citation">(.*?)</p>', page, re.S)
        assert rule.citation.instrument.zh in citation.replace("&amp;", "&"), rule.id
        assert "<blockquote" in page, rule.id


def test_every_case_on_the_pages_passes(signed_in: SignIn) -> None:
    client = signed_in(Role.COLLECTOR)
    run = 0
    for rule in rulebooks.rules():
        address = f"/console/rules/{rule.id}/?cases=run"
        page = text_of(client, address, hx_request="true", hx_target="rule-cases")
        assert "is-harm" not in page, rule.id
        assert page.count("is-ok") == len(rule.cases), rule.id
        run += len(rule.cases)
    assert run == sum(len(book_rule.cases) for book_rule in rulebooks.rules())


def test_cases_wait_until_they_are_seen(signed_in: SignIn) -> None:
    page = text_of(signed_in(Role.COLLECTOR), f"/console/rules/{HOURS}/")
    assert 'hx-trigger="revealed"' in page
    assert "22:00, the window starts" not in page


def test_without_htmx_a_link_runs_them_on_a_whole_page(signed_in: SignIn) -> None:
    page = text_of(signed_in(Role.COLLECTOR), f"/console/rules/{HOURS}/?cases=run")
    assert "<h1>" in page
    assert "22:00, the window starts" in page


@pytest.mark.parametrize(
    ("rule_id", "badge"),
    [
        ("CN-CARD2022-13", "待核实"),
        (HOURS, "二手来源"),
        ("CN-CC-1161", "已核原文"),
    ],
)
def test_how_sure_we_are_is_a_badge_on_the_rule_and_in_the_tree(
    signed_in: SignIn, rule_id: str, badge: str
) -> None:
    client = signed_in(Role.COLLECTOR)
    page = text_of(client, f"/console/rules/{rule_id}/")
    (article,) = re.findall(r'data-testid="C13-rule".*?</article>', page, re.S)
    assert f"{badge}</span>" in article
    (branch,) = re.findall(rf'hx-get="/console/rules/{rule_id}/\?[^<]*<.*?</li>', page, re.S)
    assert (f"{badge}</span>" in branch) == (badge != "已核原文")


def test_a_rule_not_in_force_that_day_says_so_with_the_numbers_it_will_have(
    signed_in: SignIn,
) -> None:
    page = text_of(signed_in(Role.COLLECTOR), f"/console/rules/{HOURS}/?on=2024-12-31")
    assert "这一天尚未生效" in page
    assert "整条规则逐句读（2025-02-28 的数字）" in page


def test_the_exceptions_say_what_they_except_and_rest_on(signed_in: SignIn) -> None:
    page = text_of(signed_in(Role.COLLECTOR), f"/console/rules/{HOURS}/")
    assert "双方事先约定的催收时间优先。" in page
    assert "the quiet window 22:00 to 08:00" in page
    assert "consent of kind agreed_hours" in page


def test_a_case_of_a_contact_is_tried_on_the_next_page_and_gets_the_same_answer(
    signed_in: SignIn,
) -> None:
    client = signed_in(Role.COLLECTOR)
    page = text_of(client, f"/console/rules/{HOURS}/?cases=run")
    assert page.count("用这个案例试一试") == len(rulebooks.rules_by_id()[HOURS].cases)
    address = re.findall(r'href="(/console/rules/may-i-contact/\?[^"]+)"', page)[1]
    asked = text_of(client, address.replace("&amp;", "&"))
    assert HOURS in asked.split('data-testid="C14-ground"', 1)[1]


def test_every_address_of_a_case_is_understood(signed_in: SignIn) -> None:
    client = signed_in(Role.COLLECTOR)
    for rule in rulebooks.rules():
        if is_contact_rule(rule) and rule.is_enabled:
            address = try_address(rule, rule.cases[-1])
            assert client.get(address).status_code == 200, address
            assert parse_qs(urlsplit(address).query)["jurisdiction"] == [rule.reach.jurisdiction]


def test_who_may_not_ask_is_not_led_there(signed_in: SignIn) -> None:
    page = text_of(signed_in(Role.ADMIN), f"/console/rules/{HOURS}/?cases=run")
    assert "may-i-contact" not in page


def test_hits_of_thirty_days_are_counted_from_lines_and_permits(
    signed_in: SignIn, qinghe: int, fresh_data_dir: Path
) -> None:
    import_small_tape(fresh_data_dir)
    run_the_night()
    named = [{"rule_id": HOURS, "reason": "quiet_hours"}]
    with lender_scope(qinghe):
        WorklistItem.objects.update(verdict_reasons=[])
        item = WorklistItem.objects.select_related("borrower")[0]
        WorklistItem.objects.filter(pk=item.pk).update(verdict_reasons=named)
        client = signed_in(Role.COMPLIANCE)
        for n, age in enumerate((0, 29, 31)):
            PermitRequest.objects.create(
                lender_id=qinghe,
                borrower=item.borrower,
                asked_by_id=client.session["user_id"],
                asked_at=NOW - timedelta(days=age),
                idempotency_key=f"k{n}",
                channel="sms",
                state="refused",
                grounds=named,
            )
    page = text_of(client, f"/console/rules/{HOURS}/")
    hits = page.split('data-testid="C13-hits"', 1)[1].split("</section>", 1)[0]
    assert re.findall(r"<dd>(\d+)</dd>", hits) == ["1", "2"]
    other = text_of(client, "/console/rules/CN-CBA2026-HOURS/")
    hits = other.split('data-testid="C13-hits"', 1)[1].split("</section>", 1)[0]
    assert re.findall(r"<dd>(\d+)</dd>", hits) == ["0", "0"]


def test_two_days_show_what_began_and_what_ended(signed_in: SignIn) -> None:
    address = "/console/rules/differences/?before=2024-12-31&after=2025-02-28"
    page = text_of(signed_in(Role.COLLECTOR), address)
    begun, ended = page.split("已失效的规则")
    assert (HOURS in begun, HOURS in ended) == (True, False)
    assert ("CN-NIFA2024-HOURS" in begun, "CN-NIFA2024-HOURS" in ended) == (False, True)


def test_days_the_wrong_way_round_are_turned() -> None:
    early, late = NOW.date() - timedelta(days=900), NOW.date()
    law = rulebooks.rules()
    assert differences(law, late, early) == differences(law, early, late)


def with_a_later_number() -> Rule:
    """The quiet hours as if 23:00 replaced 22:00 from 2026-06-01."""
    rule = rulebooks.rules_by_id()[HOURS]
    held = rule.parameters["quiet_starts_minute"]
    later = DatedValue(date(2026, 6, 1), 23 * 60, "an amendment", date(2026, 6, 1))
    amended = replace(held, values=(*held.values, later))
    return replace(rule, parameters={**rule.parameters, held.name: amended})


def test_a_changed_number_is_found_between_two_days() -> None:
    found = differences([with_a_later_number()], date(2026, 5, 31), date(2026, 6, 1))
    assert (found.begun, found.ended) == ((), ())
    assert [(c.parameter.name, c.before, c.after) for c in found.changed] == [
        ("quiet_starts_minute", 1320, 1380)
    ]


def test_the_values_of_a_parameter_follow_each_other_in_time() -> None:
    parameter = with_a_later_number().parameters["quiet_starts_minute"]
    shown = shown_parameter(parameter, on=date(2026, 6, 1))
    assert [(p.value, p.from_on, p.until_on, p.is_current) for p in shown.periods] == [
        ("22:00", date(2025, 2, 28), date(2026, 6, 1), False),
        ("23:00", date(2026, 6, 1), None, True),
    ]
    # 458 of the 823 days from 2025-02-28 to 2027-06-01, then 365: eighths of the bar.
    assert [p.eighths for p in shown.periods] == [4, 3]


def test_a_faulty_day_of_a_comparison_is_named(signed_in: SignIn) -> None:
    page = text_of(signed_in(Role.ADMIN), "/console/rules/differences/?before=soon", 422)
    assert 'value="soon"' in page
    assert "请输入日期" in page


def test_the_printed_book_says_what_is_encoded_and_what_is_not_and_why(
    signed_in: SignIn,
) -> None:
    page = text_of(signed_in(Role.COLLECTOR), "/console/rules/books/CN-GBT45251/report/")
    encoded = page.split('data-testid="C13-encoded"', 1)[1].split("</section>", 1)[0]
    left = page.split('data-testid="C13-not-encoded"', 1)[1].split("</section>", 1)[0]
    assert encoded.count("<article") == 12
    assert encoded.count("二手来源") == 12
    assert re.findall(r"CN-GBT45251-[A-Z]+", left) == ["CN-GBT45251-SCOPE", "CN-GBT45251-TELECOM"]
    assert "只指向电信行业规范，未见其内容。" in left
    assert 'data-does="print"' in page


def test_every_book_can_be_printed(signed_in: SignIn) -> None:
    client = signed_in(Role.COLLECTOR)
    for book in rulebooks.load_books():
        text_of(client, f"/console/rules/books/{book.head.book_id}/report/")


def test_a_tree_link_gets_the_rule_alone(signed_in: SignIn) -> None:
    client = signed_in(Role.COLLECTOR)
    page = text_of(client, f"/console/rules/{HOURS}/", hx_request="true", hx_target="rule")
    assert "C13-tree" not in page
    assert f"<title>{HOURS}" in page


def test_a_refusal_on_the_worklist_shows_how_sure_its_source_is(
    signed_in: SignIn, qinghe: int, fresh_data_dir: Path
) -> None:
    import_small_tape(fresh_data_dir)
    run_the_night()
    page = text_of(signed_in(Role.COLLECTOR), "/console/worklist/?tab=later")
    assert "二手来源" in page
