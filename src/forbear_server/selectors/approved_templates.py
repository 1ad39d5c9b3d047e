"""Templates that may be used now, and the values a borrower's page fills them with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.db.models import Count

from forbear.contact.channels import Channel
from forbear.contact.wording.facts import Language
from forbear.contact.wording.templates import MessageTemplate as Wording
from forbear.contact.wording.templates import Tone
from forbear.contact.wording.variables import Value, Variable
from forbear.primitives.money import Currency, Money
from forbear_server.selectors.actors import Actor
from forbear_server.selectors.borrower_pages import BorrowerPage
from forbear_server.selectors.loans import LoanExplained
from forbear_server.store.models import Message, MessageTemplate

TAIL = 4


@dataclass(frozen=True, slots=True)
class TemplateChoice:
    """One approved template as the composer offers it."""

    template_id: UUID
    name: str
    version: int
    purpose: str
    tone: str
    wording: Wording


def wording_of(row: MessageTemplate) -> Wording:
    """The words of a template's row."""
    return Wording(
        name=row.name,
        version=row.version,
        channel=Channel(row.channel),
        purpose=row.purpose,
        language=Language(row.language),
        tone=Tone(row.tone),
        subject=row.subject,
        text=row.text,
    )


def approved_templates(channel: Channel, language: str) -> list[TemplateChoice]:
    """What may be used on this channel in this language."""
    rows = MessageTemplate.objects.filter(
        state="approved", channel=channel.value, language=language
    ).order_by("name")
    return [
        TemplateChoice(row.uuid, row.name, row.version, row.purpose, row.tone, wording_of(row))
        for row in rows
    ]


def messages_before(borrower_id: int, purpose: str) -> int:
    """How many messages of this purpose went or go to this person."""
    rows = Message.objects.filter(borrower_id=borrower_id, purpose=purpose)
    return rows.exclude(state__in=["cancelled", "dead"]).count()


def messages_to(borrower_ids: Sequence[int]) -> dict[tuple[int, str], int]:
    """How many messages of each purpose went or go to each person."""
    rows = Message.objects.filter(borrower_id__in=borrower_ids)
    counted = (
        rows.exclude(state__in=["cancelled", "dead"])
        .values_list("borrower_id", "purpose")
        .annotate(many=Count("pk"))
    )
    return {(borrower_id, purpose): many for borrower_id, purpose, many in counted}


def template_values(
    actor: Actor, page: BorrowerPage, loan: LoanExplained | None, language: Language
) -> Mapping[Variable, Value]:
    """What a template's places are filled with; places nothing is known for are left out."""
    is_english = language is Language.EN
    values: dict[Variable, Value] = {
        Variable.LENDER: actor.lender_name_en if is_english else actor.lender_name_zh
    }
    if page.name:
        values[Variable.SURNAME] = page.name[:1]
    if settings.PORTAL_URL:
        values[Variable.PORTAL_LINK] = settings.PORTAL_URL
    if settings.SERVICE_PHONE:
        values[Variable.SERVICE_PHONE] = settings.SERVICE_PHONE
    if loan is not None:
        digits = "".join(letter for letter in loan.facts.ref if letter.isdigit())
        values[Variable.LOAN_TAIL] = digits[-TAIL:]
        owed = loan.aging.arrears_minor + loan.penalty_minor
        values[Variable.AMOUNT_DUE] = Money(owed, Currency(loan.facts.currency))
        due = loan.aging.oldest_unmet_due_on
        if due is not None:
            values[Variable.DUE_DAY] = due
    return values
