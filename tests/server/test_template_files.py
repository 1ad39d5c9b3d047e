"""Templates as files: what the demonstration writes with, and files that hold none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from importlib import resources

import pytest

from forbear.contact.wording.variables import Variable
from forbear_server.selectors.actors import Actor, Role
from forbear_server.selectors.templates import list_templates
from forbear_server.services.template_files import TemplateFileFaulty, read_drafts
from forbear_server.services.templates import approve_template, draft_template, submit_template
from forbear_server.store.lender_scope import lender_scope
from server.conftest import NOW


@pytest.mark.django_db
def test_the_demonstrations_texts_pass_and_let_a_collector_write(
    qinghe: int, make_actor: Callable[..., Actor]
) -> None:
    writer, officer = make_actor("ye", Role.STRATEGIST), make_actor("jiang", Role.COMPLIANCE)
    text = resources.files("forbear.world").joinpath("demo_templates.yaml").read_text("utf-8")
    drafts = read_drafts(text)
    with lender_scope(qinghe):
        for draft in drafts:
            made = draft_template(actor=writer, draft=draft, now=NOW)
            submit_template(actor=writer, template_uuid=made, now=NOW)
            approve_template(actor=officer, template_uuid=made, now=NOW)
        assert [one.state for one in list_templates()] == ["approved"] * 19
    found = Counter((one.channel.value, one.tone.value, one.language.value) for one in drafts)
    for tone in ("help", "remind", "inform"):
        assert found["sms", tone, "zh-Hans"] == found["sms", tone, "en"] == 1
    written = {"sms", "mail", "wechat", "app"}
    for draft in drafts:
        has_slot = Variable.FREE in draft.wording(1).variables
        assert has_slot is (draft.channel.value in written or draft.name == "关怀信函"), draft.name


@pytest.mark.parametrize(
    "text",
    ["", "templates: []", "- a", "name: x", "name: [", "name: x\nchannel: fax\npurpose: c\ntone: help\ntext: y",
     "name: x\nversion: 2\nchannel: sms\npurpose: collect\ntone: help\ntext: y"],
)  # fmt: skip
def test_a_file_without_templates_is_refused(text: str) -> None:
    with pytest.raises(TemplateFileFaulty):
        read_drafts(text)
