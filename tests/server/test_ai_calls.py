"""A call in an AI's voice from C07: an approved script, its own line, the gate, and no paperwork."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client, override_settings

from forbear.contact.calls import LineEvent
from forbear_server.selectors.actors import Actor, Role
from forbear_server.services.call_lines import note_telephones
from forbear_server.store.lender_scope import lender_scope
from forbear_server.store.models import (
    Call,
    EvidenceEntry,
    MessageTemplate,
    PermitRequest,
    User,
)
from server.conftest import NOW
from server.desk import import_small_tape, put_on_worklist
from server.outbox import Moment
from server.telephones import SilentPhones, loop_with, phones_of, tell
from server.test_worklist_pages import at

pytestmark = pytest.mark.django_db
SignIn = Callable[..., Client]
PAGE = "/console/borrowers/B-1/"
SCRIPT = "您好，我是{机构}的智能语音助手，本次通话会录音。您随时可以说转人工。"
SPOKEN = "您好，我是青禾消费金融的智能语音助手，本次通话会录音。您随时可以说转人工。"


@pytest.fixture
def ready(qinghe: int, fresh_data_dir: Path, make_actor: Callable[..., Actor]) -> int:
    import_small_tape(fresh_data_dir)
    make_actor("ye.qing", Role.STRATEGIST)
    make_actor("jiang.ping", Role.COMPLIANCE)
    with lender_scope(qinghe):
        put_on_worklist(qinghe, "B-1", "B-2")
        note_telephones(sender_id=phones_of(qinghe), can_record=True, now=NOW)
    return qinghe


def written(lender: int, text: str = SCRIPT, state: str = "approved") -> dict[str, str]:
    """The form that asks for a call with the one script of an AI voice there is."""
    is_approved = state == "approved"
    with lender_scope(lender):
        script = MessageTemplate.objects.create(
            lender_id=lender,
            name="智能语音关怀",
            version=1,
            channel="voice_notice_ai",
            purpose="collect",
            tone="help",
            text=text,
            digest="0" * 64,
            state=state,
            added_by=User.objects.get(username="ye.qing"),
            added_at=NOW,
            decided_by=User.objects.get(username="jiang.ping") if is_approved else None,
            decided_at=NOW if is_approved else None,
        )
    return {"key": "a" * 32, "voice": "ai", "script": str(script.pk)}


def calls(lender: int) -> list[tuple[str, str, str]]:
    with lender_scope(lender):
        return list(Call.objects.values_list("state", "disposition", "collector_line"))


def outcome(lender: int) -> str:
    with lender_scope(lender):
        return PermitRequest.objects.get().outcome


def names(lender: int) -> list[str]:
    with lender_scope(lender):
        rows = EvidenceEntry.objects.order_by("id")
        return list(rows.values_list("name", flat=True))


def happens(lender: int, *kinds: LineEvent, reason: str = "") -> None:
    with lender_scope(lender):
        tell(lender, Call.objects.get().pk, *kinds, reason=reason)


@override_settings(AI_VOICE_LINE="assistant")
def test_an_ai_call_says_its_approved_script_on_its_own_line_and_closes_itself(
    ready: int, signed_in: SignIn
) -> None:
    client, form = signed_in(Role.COLLECTOR), written(ready)
    assert 'data-testid="C07-ai"' in client.get(PAGE).content.decode()
    assert client.post(PAGE + "call/", form).status_code == 302
    assert calls(ready) == [("dialling", "", "assistant")]
    phones = SilentPhones()
    with lender_scope(ready):
        loop_with(ready, phones, Moment()).step()
    (order,) = phones.orders
    assert (order.channel.value, order.voice.value) == ("voice_notice_ai", "ai")
    assert (order.announcement, order.collector_line) == (SPOKEN, "assistant")
    happens(ready, LineEvent.RINGING, LineEvent.ANSWERED)
    page = client.get(PAGE).content.decode()
    assert "您不在线上" in page
    assert "C07-guide" not in page
    assert "C07-mute" not in page
    assert "¥" not in page  # nobody was verified
    assert client.post(PAGE + "call/line/mute/").status_code == 409
    happens(ready, LineEvent.ENDED, reason="hung_up_by_borrower")
    assert calls(ready) == [("done", "notice_said", "assistant")]
    assert outcome(ready) == "connected"
    assert names(ready)[-2:] == ["call.ended", "disposition.recorded"]
    assert "智能语音已播报" in client.get(PAGE).content.decode()


@override_settings(AI_VOICE_LINE="assistant")
@pytest.mark.parametrize(
    ("act", "said"),
    [
        ("identity", {"identity": "right_party"}),
        ("identity", {"identity": "third_person"}),
        ("guide", {"code": "who"}),
        ("upset", {}),
        ("upset", {"go_on": "1"}),
        ("close", {"disposition": "promised", "step": "confirm"}),
        ("close", {"disposition": "cut", "step": "save"}),
    ],
)
def test_nobody_is_verified_or_heard_in_a_call_that_an_ai_voice_speaks_in(
    ready: int, signed_in: SignIn, act: str, said: dict[str, str]
) -> None:
    client = signed_in(Role.COLLECTOR)
    assert client.post(PAGE + "call/", written(ready)).status_code == 302
    happens(ready, LineEvent.RINGING, LineEvent.ANSWERED)
    before, events = of_call(ready), set(names(ready))
    refused = client.post(f"{PAGE}call/{act}/", said)
    assert refused.status_code == (422 if act == "close" else 409)
    assert "您不在线上，不能核实身份" in refused.content.decode()
    assert "¥" not in client.get(PAGE).content.decode()
    assert of_call(ready) == before
    assert set(names(ready)) - events - {"borrower.read"} == {"call.refused"}


def of_call(lender: int) -> list[dict[str, object]]:
    with lender_scope(lender):
        return list(Call.objects.values())


@override_settings(AI_VOICE_LINE="assistant")
def test_a_number_nobody_took_closes_itself_as_that(ready: int, signed_in: SignIn) -> None:
    assert signed_in(Role.COLLECTOR).post(PAGE + "call/", written(ready)).status_code == 302
    happens(ready, LineEvent.RINGING, LineEvent.ENDED, reason="no_answer")
    assert calls(ready) == [("done", "no_answer", "assistant")]
    assert outcome(ready) == "no_answer"


@pytest.mark.parametrize(
    ("line", "script", "says"),
    [
        ("", SCRIPT, "还没有接入智能语音"),
        ("assistant", "您好，我是{机构}的客服，本次通话会录音。", "第一句须说明"),
        ("assistant", SCRIPT + "您尾号{借据尾号}的借款到期了。", "不含个人与债务内容"),
        ("assistant", "{姓}先生，我是{机构}的智能语音助手。", "不含个人与债务内容"),
        ("assistant", SCRIPT + "您的贷款已逾期三十七天，请今天还清。", "不含个人与债务内容"),
        ("assistant", SCRIPT + "您的欠 款今天要还。", "不含个人与债务内容"),
    ],
    ids=["no line", "no disclosure", "of a loan", "of a name", "fixed words", "disguised words"],
)
def test_without_line_disclosure_or_a_script_open_to_all_nothing_is_dialled(
    ready: int, signed_in: SignIn, line: str, script: str, says: str
) -> None:
    client, form = signed_in(Role.COLLECTOR), written(ready, script)
    with override_settings(AI_VOICE_LINE=line):
        refused = client.post(PAGE + "call/", form)
    assert refused.status_code == 409
    assert says in refused.content.decode()
    assert calls(ready) == []
    assert "contact.permitted" not in names(ready)
    assert names(ready).count("call.refused") == 1


@override_settings(AI_VOICE_LINE="assistant")
def test_a_script_that_is_not_approved_is_not_spoken(ready: int, signed_in: SignIn) -> None:
    client, form = signed_in(Role.COLLECTOR), written(ready, state="draft")
    assert "C07-ai" not in client.get(PAGE).content.decode()
    for script in (form["script"], "7", ""):
        assert client.post(PAGE + "call/", {**form, "script": script}).status_code == 409
    assert calls(ready) == []


@override_settings(AI_VOICE_LINE="assistant")
@pytest.mark.parametrize("hour", ["07:59", "22:00"])
def test_outside_the_hours_of_the_law_the_gate_refuses_an_ai_voice_too(
    ready: int, signed_in: SignIn, hour: str
) -> None:
    client, form = signed_in(Role.COLLECTOR), written(ready)
    then = NOW.replace(hour=int(hour[:2]), minute=int(hour[3:]))
    with lender_scope(ready):
        note_telephones(sender_id=phones_of(ready), can_record=True, now=then)
    with at(hour):
        refused = client.post(PAGE + "call/", form)
    assert refused.status_code == 409
    assert "CN-GBT45251-HOURS" in refused.content.decode()
    assert calls(ready) == []


@override_settings(AI_VOICE_LINE="assistant")
@pytest.mark.parametrize("kind", ["hardship", "dispute", "complaint"])
def test_while_a_hold_stands_no_ai_voice_calls(ready: int, signed_in: SignIn, kind: str) -> None:
    client, form = signed_in(Role.COLLECTOR), written(ready)
    assert client.post(PAGE + "hold/", {"kind": kind, "loan_ref": "L-1"}).status_code == 302
    refused = client.post(PAGE + "call/", form)
    assert refused.status_code == 409
    assert "POLICY-HOLD" in refused.content.decode()
    assert calls(ready) == []
