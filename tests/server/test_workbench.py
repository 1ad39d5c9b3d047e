"""C07 and C23: only lawful actions, wording checked on the server, ids instead of people."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client

from forbear_server.selectors.actors import Actor, Role
from forbear_server.services.addresses import add_address
from forbear_server.store.lender_scope import lender_scope
from forbear_server.store.models import (
    ContactHold,
    ContactPreference,
    EvidenceEntry,
    Message,
    MessageTemplate,
    PermitRequest,
)
from server.conftest import NOW
from server.desk import import_small_tape, put_on_worklist
from server.outbox import HELLO, SENDER, approved_template, sms_sender
from server.test_worklist_pages import at

pytestmark = pytest.mark.django_db
SignIn = Callable[..., Client]
PAGE = "/console/borrowers/B-1/"
CHANNELS = "/console/channels/"


@pytest.fixture
def night(qinghe: int, fresh_data_dir: Path, make_actor: Callable[..., Actor]) -> int:
    import_small_tape(fresh_data_dir)
    writer = make_actor("ye.qing", Role.STRATEGIST)
    with lender_scope(qinghe):
        put_on_worklist(qinghe, "B-1", "B-2", "B-3", "B-4")
        sms_sender(qinghe)
        approved_template(writer, make_actor("jiang.ping", Role.COMPLIANCE))
    return qinghe


def template_of(lender: int) -> str:
    with lender_scope(lender):
        return str(MessageTemplate.objects.get().pk)


def counted(lender: int) -> tuple[int, int, int, int]:
    with lender_scope(lender):
        return (
            Message.objects.count(),
            PermitRequest.objects.count(),
            ContactHold.objects.count(),
            ContactPreference.objects.count(),
        )


def last_event(lender: int) -> str:
    with lender_scope(lender):
        return str(EvidenceEntry.objects.order_by("-id").values_list("name", flat=True)[0])


def composed(**changes: str) -> dict[str, str]:
    return {"channel": "sms", "template": "", "text": HELLO, "key": "a" * 32, **changes}


WRITES = [
    ("send/", composed()),
    ("check/", composed()),
    ("hold/", {"kind": "complaint"}),
    ("state/", {"kind": "contact_stopped"}),
]


@pytest.mark.parametrize(("path", "body"), [("", None), ("panel/", None), *WRITES])
def test_signed_out_is_401_another_lenders_borrower_404_and_a_missing_role_403(
    night: int, other_lender: int, signed_in: SignIn, path: str, body: dict[str, str] | None
) -> None:
    def ask(client: Client) -> int:
        address = PAGE + path
        answer = client.get(address) if body is None else client.post(address, body)
        return int(answer.status_code)

    before = counted(night)
    assert ask(Client()) == 401
    assert ask(signed_in(Role.STRATEGIST)) == 403
    assert ask(signed_in(Role.COLLECTOR, username="elsewhere", lender_id=other_lender)) in {
        404,
        409,
    }
    assert counted(night) == before


def test_the_workbench_shows_one_person_with_everything_masked_that_must_be(
    night: int, signed_in: SignIn
) -> None:
    page = signed_in(Role.COLLECTOR).get(PAGE).content.decode()
    assert "林小满" in page
    assert "199****0231" in page
    assert "19900000231" not in page
    assert "L-1" in page
    assert last_event(night) == "borrower.read"


def test_a_borrower_who_is_not_there_is_404(night: int, signed_in: SignIn) -> None:
    assert signed_in(Role.COLLECTOR).get("/console/borrowers/B-99/").status_code == 404


@pytest.mark.parametrize(
    ("moment", "verdict"),
    [("21:59", "allowed"), ("22:00", "not_now"), ("07:59", "not_now"), ("08:00", "allowed")],
)
def test_the_panel_turns_at_the_minute_of_the_law(
    night: int, signed_in: SignIn, moment: str, verdict: str
) -> None:
    with at(moment):
        panel = signed_in(Role.COLLECTOR).get(PAGE + "panel/").content.decode()
    assert f'data-channel="voice_interactive" data-verdict="{verdict}"' in panel


def test_at_three_calls_the_panel_says_so_with_the_rule(night: int, signed_in: SignIn) -> None:
    panel = signed_in(Role.COLLECTOR).get("/console/borrowers/B-4/panel/").content.decode()
    assert 'data-channel="voice_interactive" data-verdict="not_now"' in panel
    assert "接通 3/3" in panel


def test_the_panel_says_which_channels_have_no_address_of_the_borrowers_own(
    night: int, signed_in: SignIn, make_actor: Callable[..., Actor]
) -> None:
    client = signed_in(Role.COLLECTOR)

    def without() -> set[str]:
        panel = client.get(PAGE + "panel/").content.decode()
        rows = re.findall(r'<li data-channel="(\w+)"(.*?)</li>', panel, re.DOTALL)
        return {channel for channel, row in rows if "没有本人的地址或账号" in row}

    assert without() == {"app", "mail", "wechat"}
    officer = make_actor("address.desk", Role.COMPLIANCE)
    with lender_scope(night):
        add_address(
            actor=officer,
            borrower_ref="B-1",
            kind="wechat",
            address="oGZUI0egBJY1zhBYw2KhdUfwVJJE",
            now=NOW,
            opt_in_words="我同意接收微信服务消息",
        )
    assert without() == {"app", "mail"}


def test_a_message_is_queued_with_its_permit_and_stands_on_the_timeline(
    night: int, signed_in: SignIn
) -> None:
    client = signed_in(Role.COLLECTOR)
    said = composed(template=template_of(night), text="")
    answer = client.post(PAGE + "send/", said)
    assert answer.status_code == 302
    assert counted(night)[:2] == (1, 1)
    page = client.get(answer["Location"]).content.decode()
    assert "排队中" in page
    assert HELLO in page
    assert client.post(PAGE + "send/", said).status_code == 302
    assert counted(night)[:2] == (1, 1)


def test_a_collector_writes_from_templates_and_free_text_needs_somebody_who_answers_for_it(
    night: int, signed_in: SignIn
) -> None:
    assert signed_in(Role.COLLECTOR).post(PAGE + "send/", composed()).status_code == 422
    assert counted(night)[:2] == (0, 0)
    answered_for = composed(was_read="yes")
    assert signed_in(Role.LEAD).post(PAGE + "send/", answered_for).status_code == 302


def test_a_template_nobody_approved_cannot_be_sent(night: int, signed_in: SignIn) -> None:
    with lender_scope(night):
        MessageTemplate.objects.update(state="retired")
    said = composed(template=template_of(night))
    assert signed_in(Role.COLLECTOR).post(PAGE + "send/", said).status_code == 409
    assert counted(night)[:2] == (0, 0)


def test_threatening_words_posted_directly_are_refused(night: int, signed_in: SignIn) -> None:
    answer = signed_in(Role.COLLECTOR).post(PAGE + "send/", composed(text="不还就告诉你单位"))
    assert answer.status_code == 409
    assert "禁止发送" in answer.content.decode()
    assert counted(night)[:2] == (0, 0)
    assert last_event(night) == "message.refused"


def test_at_night_sending_is_refused_by_the_rule_and_nothing_is_queued(
    night: int, signed_in: SignIn
) -> None:
    with at("22:30"):
        said = composed(template=template_of(night), text="")
        answer = signed_in(Role.COLLECTOR).post(PAGE + "send/", said)
    assert answer.status_code == 409
    assert "CN-GBT45251-HOURS" in answer.content.decode()
    assert counted(night)[0] == 0
    assert last_event(night) == "contact.refused"


def test_the_check_marks_the_words_and_keeps_nothing(night: int, signed_in: SignIn) -> None:
    before = counted(night)
    answer = signed_in(Role.COLLECTOR).post(
        PAGE + "check/", composed(text="不还就告诉你单位"), headers={"HX-Request": "true"}
    )
    shown = answer.content.decode()
    assert '<mark class="is-harm">告诉你单位</mark>' in shown
    assert "提及第三人" in shown
    assert counted(night) == before


def test_words_that_need_a_person_are_sent_only_by_one_who_answers_for_them(
    night: int, signed_in: SignIn
) -> None:
    mentions = composed(
        text="您好，这里是青禾消费金融。可以和您的家人商量一下。有困难可以回复我们。"
    )
    collector = signed_in(Role.COLLECTOR)
    assert collector.post(PAGE + "send/", {**mentions, "was_read": "yes"}).status_code == 422
    assert counted(night)[:2] == (0, 0)
    lead = signed_in(Role.LEAD)
    assert lead.post(PAGE + "send/", mentions).status_code == 422
    assert lead.post(PAGE + "send/", {**mentions, "was_read": "yes"}).status_code == 302
    assert counted(night)[:2] == (1, 1)


@pytest.mark.parametrize("kind", ["complaint", "dispute", "hardship"])
def test_one_click_holds_contact_before_anything_is_written_down(
    night: int, signed_in: SignIn, kind: str
) -> None:
    client = signed_in(Role.COLLECTOR)
    client.post(PAGE + "send/", composed(key="b" * 32, template=template_of(night), text=""))
    assert client.post(PAGE + "hold/", {"kind": kind}).status_code == 302
    page = client.get(PAGE).content.decode()
    assert "C07-hold" in page
    assert 'data-channel="sms" data-verdict="never"' in page
    with lender_scope(night):
        assert Message.objects.get().reason == f"hold_{kind}"
    again = composed(key="c" * 32, template=template_of(night), text="")
    assert client.post(PAGE + "send/", again).status_code == 409


def test_a_collector_does_not_lift_the_hold_of_a_complaint(night: int, signed_in: SignIn) -> None:
    client = signed_in(Role.COLLECTOR)
    client.post(PAGE + "hold/", {"kind": "complaint"})
    with lender_scope(night):
        hold = ContactHold.objects.get().pk
    assert client.post(f"{PAGE}holds/{hold}/lift/").status_code == 409
    with lender_scope(night):
        assert ContactHold.objects.get().lifted_at is None
    assert signed_in(Role.COMPLIANCE).post(f"{PAGE}holds/{hold}/lift/").status_code == 302


def test_a_pause_of_thirty_one_days_is_no_pause(night: int, signed_in: SignIn) -> None:
    client = signed_in(Role.COLLECTOR)
    assert client.post(PAGE + "hold/", {"kind": "pause", "days": "31"}).status_code == 409
    assert counted(night)[2] == 0
    assert client.post(PAGE + "hold/", {"kind": "pause", "days": "30"}).status_code == 302


def test_a_channel_switched_off_is_refused_at_once_and_can_be_taken_back(
    night: int, signed_in: SignIn
) -> None:
    client = signed_in(Role.COLLECTOR)
    stop = {"kind": "channel_opt_out", "channel": "sms"}
    assert client.post(PAGE + "state/", stop).status_code == 302
    panel = client.get(PAGE + "panel/").content.decode()
    assert 'data-channel="sms" data-verdict="never"' in panel
    assert "POLICY-OPTED-OUT" in panel
    with lender_scope(night):
        stated = ContactPreference.objects.get().pk
    # What a borrower forbade, the collector does not take back.
    assert client.post(f"{PAGE}statements/{stated}/withdraw/").status_code == 409
    officer = signed_in(Role.COMPLIANCE)
    assert officer.post(f"{PAGE}statements/{stated}/withdraw/").status_code == 302
    panel = client.get(PAGE + "panel/").content.decode()
    assert 'data-channel="sms" data-verdict="allowed"' in panel


def test_inconvenient_hours_are_the_borrowers_own_choice(night: int, signed_in: SignIn) -> None:
    client = signed_in(Role.COLLECTOR)
    hours = {"kind": "inconvenient_hours", "from": "10:00", "until": "11:00"}
    assert client.post(PAGE + "state/", {**hours, "from": ""}).status_code == 409
    assert client.post(PAGE + "state/", hours).status_code == 302
    assert "POLICY-INCONVENIENT-TIME" in client.get(PAGE + "panel/").content.decode()
    with at("11:00"):
        panel = client.get(PAGE + "panel/").content.decode()
    assert 'data-channel="sms" data-verdict="allowed"' in panel


@pytest.mark.parametrize("role", [Role.COLLECTOR, Role.COMPLAINTS])
def test_the_channels_are_not_everybodys(night: int, signed_in: SignIn, role: Role) -> None:
    assert Client().get(CHANNELS).status_code == 401
    assert signed_in(role).get(CHANNELS).status_code == 403


def test_only_an_administrator_stops_a_channel_and_says_why(night: int, signed_in: SignIn) -> None:
    with lender_scope(night):
        path = f"{CHANNELS}{sms_sender(night)}/stop/"
    assert signed_in(Role.COMPLIANCE).post(path, {"reason": "x"}).status_code == 403
    client = signed_in(Role.ADMIN)
    assert client.post(path, {"reason": " "}).status_code == 409
    assert client.post(path, {"reason": "投诉增多"}).status_code == 302
    page = client.get(CHANNELS).content.decode()
    assert "停用" in page
    assert SENDER in page
    collector = signed_in(Role.COLLECTOR)
    assert collector.post(PAGE + "send/", composed()).status_code == 409
    assert counted(night)[0] == 0


def test_the_channels_page_has_no_text_and_no_number(night: int, signed_in: SignIn) -> None:
    said = composed(template=template_of(night), text="")
    assert signed_in(Role.COLLECTOR).post(PAGE + "send/", said).status_code == 302
    page = signed_in(Role.ADMIN).get(CHANNELS).content.decode()
    assert HELLO not in page
    assert "19900000231" not in page
    assert "199****" not in page
