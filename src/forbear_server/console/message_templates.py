"""C12 message templates: only checked words reach people; who approved which text when."""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from forbear.contact.channels import Channel
from forbear.contact.facts import PURPOSES
from forbear.contact.wording.errors import WordingRefused
from forbear.contact.wording.facts import Language
from forbear.contact.wording.templates import LONGEST_TEMPLATE, Tone
from forbear.contact.wording.variables import NAMES
from forbear.primitives.errors import RequestRefused
from forbear_server.console.actors import ConsoleRequest, denied, screen
from forbear_server.console.evidence_display import recorded_line
from forbear_server.console.problems import Problem
from forbear_server.console.rule_wording import PURPOSES as PURPOSE_WORDS
from forbear_server.console.template_display import (
    ShownWording,
    differences,
    faulty_wording,
    shown_steps,
    shown_template,
    shown_wording,
    told,
)
from forbear_server.console.template_wording import TEXT_LANGUAGES, TONES
from forbear_server.console.wording import CHANNELS, word
from forbear_server.selectors.access import Screen
from forbear_server.selectors.actors import Actor, Role
from forbear_server.selectors.templates import (
    TemplateRow,
    TemplateWhole,
    find_template,
    list_templates,
)
from forbear_server.services.templates import (
    WRITERS,
    TemplateDraft,
    TemplateRefused,
    approve_template,
    draft_template,
    retire_template,
    return_template,
    submit_template,
)
from forbear_server.ui.clock import business_now

# What an empty desk begins from: it passes every check.
EXAMPLE = (
    "您好，这里是{机构}。您尾号{借据尾号}的借款目前应还{应还金额}。如果手头紧，可以选一个能承受的"
    "安排：{门户链接}。{自由:60}也可以致电{客服电话}。回复TD退订。"
)
# A field of a form that the browser sends with its line ends as two characters each.
MOST_TYPED = 2 * LONGEST_TEMPLATE
UNNAMED = "unnamed"


@dataclass(frozen=True, slots=True)
class TypedTemplate:
    """What stands in the editor."""

    name: str = ""
    channel: str = Channel.SMS.value
    purpose: str = "collect"
    language: str = Language.ZH.value
    tone: str = Tone.HELP.value
    subject: str = ""
    text: str = ""

    @classmethod
    def of(cls, request: HttpRequest) -> TypedTemplate:
        """Read from a form; lengths are bounded here, contents by the service."""
        return cls(
            **{
                name: request.POST.get(name, "")[: MOST_TYPED if name == "text" else 200]
                for name in cls.__dataclass_fields__
            }
        )

    @classmethod
    def next_of(cls, whole: TemplateWhole) -> TypedTemplate:
        """The words of a version, to be changed into the next one."""
        row, words = whole.row, whole.wording
        return cls(
            row.name, row.channel, row.purpose, row.language, row.tone, words.subject, words.text
        )

    def draft(self) -> TemplateDraft:
        """As the service takes it; an unknown choice is refused as a faulty text is."""
        try:
            return TemplateDraft(
                name=self.name,
                channel=Channel(self.channel),
                purpose=self.purpose,
                language=Language(self.language),
                tone=Tone(self.tone),
                subject=self.subject,
                text=self.text,
            )
        except ValueError as fault:
            raise TemplateRefused(f"{fault}.") from None


@require_GET
@screen(Screen.TEMPLATES)
def templates(request: ConsoleRequest) -> HttpResponse:
    context = {
        "templates": [shown_template(one) for one in list_templates()],
        "may_write": request.actor.role in WRITERS,
    }
    return render(request, "console/message_templates.html", context)


@require_GET
@screen(Screen.TEMPLATES, writes=True)
def new(request: ConsoleRequest) -> HttpResponse:
    """An empty editor, one with the example, or the next version of a name."""
    if request.actor.role not in WRITERS:
        return denied(request, Screen.TEMPLATES)
    typed = TypedTemplate()
    if request.GET.get("from"):
        typed = TypedTemplate.next_of(_whole_or_404(request.GET["from"]))
    elif request.GET.get("example"):
        typed = TypedTemplate(text=EXAMPLE)
    return _editor(request, typed)


@require_POST
@screen(Screen.TEMPLATES, writes=True)
def add(request: ConsoleRequest) -> HttpResponseBase:
    """Keep what was written as a draft; a changed text is the next version."""
    typed = TypedTemplate.of(request)
    try:
        made = draft_template(actor=request.actor, draft=typed.draft(), now=business_now())
    except RequestRefused as refusal:
        field = "name" if refusal.code == "template_name_faulty" else "text"
        return _editor(request, typed, [Problem(field, told(refusal))], 422)
    return HttpResponseRedirect(reverse("console:message-template", args=[made]))


@require_POST
@screen(Screen.TEMPLATES, writes=True)
def check(request: ConsoleRequest) -> HttpResponse:
    """Checks and samples of what is being typed; nothing is kept."""
    typed = TypedTemplate.of(request)
    if not request.htmx:
        return _editor(request, typed)
    context = {"wording": _wording_of(request.actor, typed), "typed": typed}
    return render(request, "console/message_template_checks.html", context)


@require_GET
@screen(Screen.TEMPLATES)
def template(request: ConsoleRequest, template_uuid: UUID) -> HttpResponse:
    return _template_page(request, _whole_or_404(str(template_uuid)))


@require_POST
@screen(Screen.TEMPLATES, writes=True)
def decide(request: ConsoleRequest, template_uuid: UUID, verb: str) -> HttpResponseBase:
    """Submit, approve, return or retire; a refusal shows why and changes nothing."""
    whole = _whole_or_404(str(template_uuid))
    actor, now, note = request.actor, business_now(), request.POST.get("note", "")
    try:
        if verb == "submit":
            done = submit_template(actor=actor, template_uuid=template_uuid, now=now)
        elif verb == "approve":
            done = approve_template(actor=actor, template_uuid=template_uuid, note=note, now=now)
        elif verb == "return":
            done = return_template(actor=actor, template_uuid=template_uuid, note=note, now=now)
        elif verb == "retire":
            done = retire_template(actor=actor, template_uuid=template_uuid, note=note, now=now)
        else:
            raise Http404
    except RequestRefused as refusal:
        return _template_page(request, whole, told(refusal), 409)
    address = reverse("console:message-template", args=[template_uuid])
    return HttpResponseRedirect(f"{address}?recorded={done.entry_id}")


def _editor(
    request: ConsoleRequest,
    typed: TypedTemplate,
    problems: list[Problem] | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "typed": typed,
        "problems": problems or [],
        "wording": _wording_of(request.actor, typed) if typed.text else None,
        "channels": [(one, str(label)) for one, label in CHANNELS.items()],
        "purposes": [(one, word(PURPOSE_WORDS, one)) for one in PURPOSES],
        "languages": [(one, str(label)) for one, label in TEXT_LANGUAGES.items()],
        "tones": [(one, str(label)) for one, label in TONES.items()],
        "places": [f"{{{name}}}" for name in NAMES if not name.isascii() and name != "自由"],
        "english_places": [f"{{{name}}}" for name in NAMES if name.isascii() and name != "free"],
    }
    return render(request, "console/message_template_new.html", context, status=status)


def _template_page(
    request: ConsoleRequest, whole: TemplateWhole, refusal: str = "", status: int = 200
) -> HttpResponse:
    words, live = whole.wording, whole.live
    context = {
        "shown": shown_template(whole.row),
        "words": words,
        "wording": shown_wording(request.actor, words),
        "live": live,
        "subject_changes": differences(live.subject, words.subject) if live else [],
        "text_changes": differences(live.text, words.text) if live else [],
        "steps": shown_steps(whole.steps),
        "moves": _moves(request.actor, whole.row),
        "may_write": request.actor.role in WRITERS,
        "is_own": request.actor.user_id in {whole.row.added_by_id, whole.row.submitted_by_id},
        "refusal": refusal,
        "recorded": recorded_line(request),
    }
    return render(request, "console/message_template.html", context, status=status)


def _wording_of(actor: Actor, typed: TypedTemplate) -> ShownWording:
    """Checks of what stands in the editor, also before it has a name."""
    try:
        named = replace(typed.draft(), name=typed.name.strip() or UNNAMED)
        return shown_wording(actor, named.wording(1))
    except (TemplateRefused, WordingRefused) as refused:
        return faulty_wording(told(refused))


def _moves(actor: Actor, row: TemplateRow) -> list[str]:
    """What this person may do with the version now; nobody decides about their own."""
    if actor.role in WRITERS:
        return ["submit", "retire"] if row.state == "draft" else []
    if actor.role is not Role.COMPLIANCE or actor.user_id in {row.added_by_id, row.submitted_by_id}:
        return []
    return {"submitted": ["approve", "return"], "approved": ["retire"]}.get(row.state, [])


def _whole_or_404(template_uuid: str) -> TemplateWhole:
    try:
        whole = find_template(UUID(template_uuid))
    except ValueError:
        whole = None
    if whole is None:
        raise Http404
    return whole
