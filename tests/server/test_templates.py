"""Templates on the desk and C12: two people, checked words, one text in use, a history to show."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, transaction
from django.test import Client, override_settings

from forbear.contact.channels import Channel
from forbear.contact.preferences import PreferenceKind
from forbear.contact.wording.errors import TemplateFaulty, TemplateNotSubmittable
from forbear.contact.wording.facts import Language
from forbear.contact.wording.templates import Tone
from forbear.primitives.errors import RequestRefused
from forbear_server.console.message_templates import EXAMPLE
from forbear_server.console.template_display import differences, rate
from forbear_server.selectors.actors import Actor, Role
from forbear_server.selectors.approved_templates import approved_templates
from forbear_server.selectors.lenders import find_lender
from forbear_server.selectors.templates import TemplateUse, find_template, list_templates
from forbear_server.services.messages import Refusal
from forbear_server.services.preference_rows import Statement
from forbear_server.services.preferences import give_preference
from forbear_server.services.templates import (
    TemplateDiffers,
    TemplateDraft,
    TemplateNameFaulty,
    TemplateNoteMissing,
    TemplateNotInState,
    TemplateOwn,
    TemplatePurposeUnknown,
    TemplateRoleMissing,
    TemplateUnknown,
    approve_template,
    draft_template,
    retire_template,
    return_template,
    submit_template,
)
from forbear_server.store.lender_scope import lender_scope
from forbear_server.store.models import EvidenceEntry, Message, MessageTemplate
from server import outbox
from server.conftest import NOW
from server.evidence import newest, recorded

pytestmark = pytest.mark.django_db
PATH = "/console/templates/"
TEXT = (
    "您好，这里是{机构}。如果这段时间手头紧，可以回复我们商量一个能承受的安排。"
    "也可以致电{客服电话}。回复TD退订。"
)
DRAFT = TemplateDraft(
    name="首次关怀",
    channel=Channel.SMS,
    purpose="collect",
    language=Language.ZH,
    tone=Tone.HELP,
    text=TEXT,
)


@pytest.fixture
def writer(qinghe: int, make_actor: Callable[..., Actor]) -> Iterator[Actor]:
    with lender_scope(qinghe):
        yield make_actor("ye.qing", Role.STRATEGIST)


@pytest.fixture
def officer(writer: Actor, make_actor: Callable[..., Actor]) -> Actor:
    return make_actor("jiang.ping", Role.COMPLIANCE)


def drafted(actor: Actor, draft: TemplateDraft = DRAFT) -> UUID:
    return draft_template(actor=actor, draft=draft, now=NOW)


def submitted(actor: Actor, draft: TemplateDraft = DRAFT) -> UUID:
    made = drafted(actor, draft)
    submit_template(actor=actor, template_uuid=made, now=NOW)
    return made


def in_use(writer: Actor, officer: Actor, draft: TemplateDraft = DRAFT) -> UUID:
    made = submitted(writer, draft)
    approve_template(actor=officer, template_uuid=made, now=NOW)
    return made


def states() -> dict[str, str]:
    with lender_scope(find_lender("qinghe").lender_id):
        return {row.label: row.state for row in list_templates()}


def refused_as(kind: type[RequestRefused], lender_id: int, act: Callable[[], object]) -> None:
    """The act is refused, changes no template, and is recorded with its code."""
    before = list(MessageTemplate.objects.order_by("uuid").values())
    with pytest.raises(kind):
        act()
    assert list(MessageTemplate.objects.order_by("uuid").values()) == before
    assert recorded(lender_id)[-1] == "template.refused"
    assert newest("template.refused")["code"] == kind.code


def test_a_text_goes_from_draft_to_use_by_two_people(writer: Actor, officer: Actor) -> None:
    made = in_use(writer, officer)
    assert states() == {"首次关怀/zh-Hans/1": "approved"}
    assert [one.template_id for one in approved_templates(Channel.SMS, "zh-Hans")] == [made]
    entry = newest("template.approved")
    assert entry["template"] == "首次关怀/zh-Hans/1"
    assert entry["digest"] == MessageTemplate.objects.get(pk=made).digest
    whole = find_template(made)
    assert whole is not None
    assert [(one.event, one.who) for one in whole.steps] == [
        ("template.drafted", "ye.qing 的名字"),
        ("template.submitted", "ye.qing 的名字"),
        ("template.approved", "jiang.ping 的名字"),
    ]


def test_the_same_text_again_is_the_version_already_there(writer: Actor) -> None:
    first = drafted(writer)
    assert drafted(writer, replace(DRAFT, text=f"  {TEXT}\r\n")) == first
    assert MessageTemplate.objects.count() == 1


def test_a_changed_draft_is_the_next_version_and_drops_the_one_before(writer: Actor) -> None:
    drafted(writer)
    drafted(writer, replace(DRAFT, text=TEXT.replace("手头紧", "有困难")))
    assert states() == {"首次关怀/zh-Hans/1": "retired", "首次关怀/zh-Hans/2": "draft"}


def test_approving_a_version_retires_the_one_in_use(writer: Actor, officer: Actor) -> None:
    in_use(writer, officer)
    second = in_use(writer, officer, replace(DRAFT, text=TEXT.replace("手头紧", "有困难")))
    assert states() == {"首次关怀/zh-Hans/1": "retired", "首次关怀/zh-Hans/2": "approved"}
    assert [one.template_id for one in approved_templates(Channel.SMS, "zh-Hans")] == [second]
    assert newest("template.retired")["template"] == "首次关怀/zh-Hans/1"


def test_languages_of_a_name_have_their_own_versions(writer: Actor, officer: Actor) -> None:
    in_use(writer, officer)
    english = replace(
        DRAFT,
        language=Language.EN,
        text="Hello, this is {lender}. If money is tight, reply and we will find a plan you can "
        "afford. Call {service phone}. Reply STOP to stop.",
    )
    in_use(writer, officer, english)
    assert states() == {"首次关怀/zh-Hans/1": "approved", "首次关怀/en/1": "approved"}


def test_nobody_approves_or_returns_what_they_wrote(writer: Actor, officer: Actor) -> None:
    made = submitted(writer)
    # somebody who wrote it and was given the role of compliance afterwards
    author = replace(writer, role=Role.COMPLIANCE)
    for act in (
        lambda: approve_template(actor=author, template_uuid=made, now=NOW),
        lambda: return_template(actor=author, template_uuid=made, note="不清楚", now=NOW),
    ):
        refused_as(TemplateOwn, writer.lender_id, act)
    assert states() == {"首次关怀/zh-Hans/1": "submitted"}


def test_the_database_keeps_two_people_and_the_text(writer: Actor) -> None:
    made = submitted(writer)
    rows = MessageTemplate.objects.filter(pk=made)
    with pytest.raises(DatabaseError, match="two_people"), transaction.atomic():
        rows.update(state="approved", decided_by_id=writer.user_id)
    with pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
        rows.update(text="别的文字")
    assert rows.get().text == TEXT


def test_each_step_has_its_role(writer: Actor, officer: Actor) -> None:
    lender = writer.lender_id
    refused_as(TemplateRoleMissing, lender, lambda: drafted(officer))
    made = drafted(writer)
    refused_as(
        TemplateRoleMissing,
        lender,
        lambda: submit_template(actor=officer, template_uuid=made, now=NOW),
    )
    submit_template(actor=writer, template_uuid=made, now=NOW)
    colleague = replace(writer, role=Role.LEAD, user_id=officer.user_id)
    refused_as(
        TemplateRoleMissing,
        lender,
        lambda: approve_template(actor=colleague, template_uuid=made, now=NOW),
    )
    approve_template(actor=officer, template_uuid=made, now=NOW)
    refused_as(
        TemplateRoleMissing,
        lender,
        lambda: retire_template(actor=writer, template_uuid=made, note="旧了", now=NOW),
    )


def test_steps_begin_from_their_states(writer: Actor, officer: Actor) -> None:
    made, lender = drafted(writer), writer.lender_id
    refused_as(
        TemplateNotInState,
        lender,
        lambda: approve_template(actor=officer, template_uuid=made, now=NOW),
    )
    submit_template(actor=writer, template_uuid=made, now=NOW)
    refused_as(
        TemplateNotInState,
        lender,
        lambda: submit_template(actor=writer, template_uuid=made, now=NOW),
    )
    refused_as(
        TemplateUnknown,
        lender,
        lambda: approve_template(actor=officer, template_uuid=uuid4(), now=NOW),
    )


def test_returning_and_retiring_say_why(writer: Actor, officer: Actor) -> None:
    made, lender = submitted(writer), writer.lender_id
    refused_as(
        TemplateNoteMissing,
        lender,
        lambda: return_template(actor=officer, template_uuid=made, note="  ", now=NOW),
    )
    return_template(actor=officer, template_uuid=made, note="第二句太长", now=NOW)
    assert states() == {"首次关怀/zh-Hans/1": "returned"}
    assert newest("template.rejected")["template"] == "首次关怀/zh-Hans/1"
    second = in_use(writer, officer)  # the same words, answered for again
    refused_as(
        TemplateNoteMissing,
        lender,
        lambda: retire_template(actor=officer, template_uuid=second, note="", now=NOW),
    )
    retire_template(actor=officer, template_uuid=second, note="不再使用", now=NOW)
    assert states() == {"首次关怀/zh-Hans/1": "returned", "首次关怀/zh-Hans/2": "retired"}
    assert approved_templates(Channel.SMS, "zh-Hans") == []


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ({"text": "您好，这里是{机构"}, TemplateFaulty),
        ({"text": "您好，{身份证号}"}, TemplateFaulty),
        ({"name": "a/b"}, TemplateNameFaulty),
        ({"name": ""}, TemplateNameFaulty),
        ({"purpose": "advertise"}, TemplatePurposeUnknown),
        ({"subject": "长" * 201}, TemplateNameFaulty),
    ],
)
def test_a_faulty_draft_is_not_kept(
    writer: Actor, fault: dict[str, str], kind: type[RequestRefused]
) -> None:
    refused_as(kind, writer.lender_id, lambda: drafted(writer, replace(DRAFT, **fault)))
    assert MessageTemplate.objects.count() == 0


def test_a_next_version_keeps_channel_and_purpose(writer: Actor) -> None:
    drafted(writer)
    for other in ({"channel": Channel.MAIL}, {"purpose": "demand_payment"}):
        refused_as(
            TemplateDiffers, writer.lender_id, lambda o=other: drafted(writer, replace(DRAFT, **o))
        )


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("您好。手头紧可以致电{客服电话}商量。回复TD退订。", "lender_named"),
        ("这里是{机构}。可以致电{客服电话}商量。", "opt_out_shown"),
        (TEXT.replace("可以回复我们", "不还就通知你单位，可以回复我们"), "no_third_person"),
    ],
)
def test_a_text_that_fails_a_check_is_not_submitted(writer: Actor, text: str, code: str) -> None:
    made = drafted(writer, replace(DRAFT, text=text))
    refused_as(
        TemplateNotSubmittable,
        writer.lender_id,
        lambda: submit_template(actor=writer, template_uuid=made, now=NOW),
    )
    with pytest.raises(TemplateNotSubmittable, match=code):
        submit_template(actor=writer, template_uuid=made, now=NOW)


@pytest.mark.parametrize("state", ["draft", "submitted", "returned", "retired"])
def test_only_an_approved_version_can_be_picked_and_queued(
    writer: Actor, officer: Actor, state: str
) -> None:
    made = drafted(writer, replace(DRAFT, text=outbox.HELLO)) if state == "draft" else None
    if made is None:
        made = submitted(writer, replace(DRAFT, text=outbox.HELLO))
    if state == "returned":
        return_template(actor=officer, template_uuid=made, note="不清楚", now=NOW)
    if state == "retired":
        approve_template(actor=officer, template_uuid=made, now=NOW)
        retire_template(actor=officer, template_uuid=made, note="不再使用", now=NOW)
    outbox.people(writer.lender_id, 1)
    outbox.sms_sender(writer.lender_id)
    assert approved_templates(Channel.SMS, "zh-Hans") == []
    lead = replace(writer, role=Role.LEAD)
    [answer] = outbox.queue(lead, outbox.draft(template_uuid=made))
    assert answer.refusal is Refusal.TEMPLATE_NOT_APPROVED
    assert Message.objects.count() == 0


def test_use_and_what_people_did_after_it_are_counted(writer: Actor, officer: Actor) -> None:
    made = in_use(writer, officer, replace(DRAFT, text=outbox.HELLO))
    outbox.people(writer.lender_id, 3)
    outbox.sms_sender(writer.lender_id)
    planner = replace(writer, role=Role.COMPLIANCE)
    drafts = [outbox.draft(f"B-{n}", template_uuid=made) for n in range(3)]
    assert [one.refusal for one in outbox.queue(planner, *drafts)] == [None, None, None]
    for was, now in (("queued", "claimed"), ("claimed", "sending"), ("sending", "done")):
        Message.objects.filter(state=was).exclude(borrower__ref="B-2").update(
            state=now, sending_at=NOW, worker="w", lease_until=NOW
        )
    for borrower, later in (("B-0", timedelta(days=1)), ("B-1", timedelta(days=8))):
        said = Statement(
            kind=PreferenceKind.CHANNEL_OPT_OUT, source="collector", channel=Channel.SMS
        )
        give_preference(actor=planner, borrower_ref=borrower, said=said, now=NOW + later)
    [row] = list_templates()
    assert row.use == TemplateUse(sent=2, stopped=1, complained=0)
    assert (rate(1, 29), rate(1, 30)) == ("", "3.3%")


def test_differences_are_told_word_by_word() -> None:
    made = differences("应还{应还金额}，请回复", "应还{应还日}，请致电")
    assert [(one.kind, one.words) for one in made] == [
        ("same", "应还"),
        ("removed", "{应还金额}"),
        ("added", "{应还日}"),
        ("same", "，请"),
        ("removed", "回复"),
        ("added", "致电"),
    ]


# The pages.


def typed(**changes: str) -> dict[str, str]:
    return {
        "name": "首次关怀",
        "channel": "sms",
        "purpose": "collect",
        "language": "zh-Hans",
        "tone": "help",
        "subject": "",
        "text": TEXT,
        **changes,
    }


def pages(made: UUID) -> list[tuple[str, str]]:
    """Every endpoint of the desk, with the method that reads or writes."""
    return [
        ("get", PATH),
        ("get", f"{PATH}new/"),
        ("post", f"{PATH}add/"),
        ("post", f"{PATH}check/"),
        ("get", f"{PATH}{made}/"),
        *(("post", f"{PATH}{made}/{verb}/") for verb in ("submit", "approve", "return", "retire")),
    ]


def test_signed_out_or_with_another_role_nothing_is_seen_or_done(
    writer: Actor, signed_in: Callable[..., Client]
) -> None:
    made = drafted(writer)
    before = list(MessageTemplate.objects.values())
    collector = signed_in(Role.COLLECTOR)
    for client, status in ((Client(), 401), (signed_in(Role.ADMIN), 403)):
        for method, path in pages(made):
            assert getattr(client, method)(path, typed()).status_code == status, path
    with lender_scope(writer.lender_id):
        assert list(MessageTemplate.objects.values()) == before
    for method, path in pages(made):
        may_read = path in {PATH, f"{PATH}{made}/"}
        status = getattr(collector, method)(path, typed()).status_code
        assert status == (200 if may_read else 403), path
    assert recorded(writer.lender_id).count("access.refused") == 9 + 7


def test_another_lenders_template_is_not_there(
    writer: Actor, other_lender: int, signed_in: Callable[..., Client]
) -> None:
    made = drafted(writer)
    stranger = signed_in(Role.COMPLIANCE, lender_id=other_lender)
    assert stranger.get(f"{PATH}{made}/").status_code == 404
    assert stranger.post(f"{PATH}{made}/approve/").status_code == 404
    assert states() == {"首次关怀/zh-Hans/1": "draft"}


def test_a_text_is_written_submitted_and_approved_on_the_pages(
    qinghe: int, signed_in: Callable[..., Client]
) -> None:
    author, officer = signed_in(Role.LEAD), signed_in(Role.COMPLIANCE)
    made = author.post(f"{PATH}add/", typed())
    assert made.status_code == 302
    page = made["Location"]
    shown = author.get(page).content.decode()
    assert TEXT in shown and "提交审核" in shown and ">批准<" not in shown
    assert author.post(f"{page}submit/").status_code == 302
    assert ">批准<" not in author.get(page).content.decode()
    assert ">批准<" in officer.get(page).content.decode()
    done = officer.post(f"{page}approve/", {"note": "可以"})
    assert "已记录 · 证据" in officer.get(done["Location"]).content.decode()
    assert states() == {"首次关怀/zh-Hans/1": "approved"}
    # the approver of the next version sees what would change
    author.post(f"{PATH}add/", typed(text=TEXT.replace("手头紧", "有困难")))
    with lender_scope(qinghe):
        newest_one = MessageTemplate.objects.get(version=2).pk
    shown = officer.get(f"{PATH}{newest_one}/").content.decode()
    assert "<del>手头紧</del><ins>有困难</ins>" in shown


def test_a_refused_step_shows_why_and_changes_nothing(
    writer: Actor, signed_in: Callable[..., Client]
) -> None:
    made = drafted(writer)
    answer = signed_in(Role.COMPLIANCE).post(f"{PATH}{made}/approve/")
    assert answer.status_code == 409
    assert "这个版本现在不能做这一步" in answer.content.decode()
    assert states() == {"首次关怀/zh-Hans/1": "draft"}
    with lender_scope(writer.lender_id):
        assert newest("template.refused")["code"] == "template_not_in_state"


def test_the_editor_checks_while_typing_and_without_scripts(
    qinghe: int, signed_in: Callable[..., Client]
) -> None:
    author = signed_in(Role.STRATEGIST)
    part = author.post(f"{PATH}check/", typed(), headers={"HX-Request": "true"}).content.decode()
    assert part.lstrip().startswith('<div id="template-checks"') and "<h1" not in part
    assert "表明机构" in part and "青禾消费金融" in part
    unnamed = author.post(f"{PATH}check/", typed(name="")).content.decode()
    assert "表明机构" in unnamed and "模板文字有误" not in unnamed
    whole = author.post(f"{PATH}check/", typed(text="{身份证号}"))
    assert whole.status_code == 200 and "<h1" in whole.content.decode()
    assert "模板文字有误" in whole.content.decode()
    with lender_scope(qinghe):
        assert MessageTemplate.objects.count() == 0
        assert not EvidenceEntry.objects.filter(name__startswith="template.").exists()


def test_a_faulty_text_comes_back_with_what_was_typed(
    qinghe: int, signed_in: Callable[..., Client]
) -> None:
    author = signed_in(Role.STRATEGIST)
    for fault in ({"text": "您好{"}, {"channel": "fax"}, {"name": "a/b"}):
        answer = author.post(f"{PATH}add/", typed(**fault))
        assert answer.status_code == 422
        assert 'data-testid="problems"' in answer.content.decode()
    with lender_scope(qinghe):
        assert MessageTemplate.objects.count() == 0


def test_what_a_message_costs_is_shown_when_a_price_is_set(
    qinghe: int, signed_in: Callable[..., Client]
) -> None:
    author = signed_in(Role.STRATEGIST)
    told = typed(text=EXAMPLE)
    assert "约 ¥" not in author.post(f"{PATH}check/", told).content.decode()
    with override_settings(SMS_PRICE_MINOR=5):
        shown = author.post(f"{PATH}check/", told).content.decode()
    assert re.findall(r"\d+ 字 · (\d) 条 · 约 (¥[\d.]+)", shown) == [
        ("2", "¥0.10"),
        ("2", "¥0.10"),
        ("2", "¥0.10"),
    ]


def test_the_example_passes_every_required_check(writer: Actor) -> None:
    submitted(writer, replace(DRAFT, text=EXAMPLE))
    assert states() == {"首次关怀/zh-Hans/1": "submitted"}


def test_a_list_asks_the_desk_a_fixed_number_of_questions(
    writer: Actor, officer: Actor, django_assert_num_queries: Callable[[int], object]
) -> None:
    for n in range(3):
        in_use(writer, officer, replace(DRAFT, name=f"关怀{n}"))
    with django_assert_num_queries(3):  # type: ignore[attr-defined]
        assert len(list_templates()) == 3
