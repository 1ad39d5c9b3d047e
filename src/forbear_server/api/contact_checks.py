"""`POST /v1/contact-checks`: may I contact? One question or up to ten thousand; nothing is written."""

from datetime import date, datetime
from typing import Annotated

from ninja import Body, Router

from forbear import rulebooks
from forbear.compliance.fact_kinds import vocabulary
from forbear.compliance.judging import ALL_BIND
from forbear.compliance.scopes import Scope, usual_memberships
from forbear.compliance.verdicts import Ground, Judgement
from forbear.contact.attempts import ContactAttempt, Outcome
from forbear.contact.channels import Channel
from forbear.contact.consents import Consent, ConsentKind
from forbear.contact.counting import ContactHistory
from forbear.contact.facts import ContactFacts
from forbear.contact.permission import (
    ContactRequest,
    LawOn,
    Permission,
    channel_permissions,
    judged,
    permission,
)
from forbear.primitives.errors import RequestRefused
from forbear.primitives.time_zones import local_date
from forbear_server.api.contact_check_forms import (
    ContactCheckIn,
    ContactCheckOut,
    ContactCheckProblem,
    ContactChecksOut,
    GroundOut,
    HistoryIn,
    OneOrMany,
    ScopeIn,
)
from forbear_server.api.problems import ProblemOut
from forbear_server.api.signing_in import ApiRequest, for_screen
from forbear_server.selectors.access import Screen
from forbear_server.selectors.contact_histories import KnownBorrower, find_borrowers
from forbear_server.selectors.rules import ground_of
from forbear_server.services.gate import BorrowerUnknown, contact_law, law_of
from forbear_server.ui.clock import business_now

router = Router(tags=["contact checks"])


class HistoryInFuture(RequestRefused):
    """A told history holds attempts after the moment asked about: nothing was judged."""

    code = "history_in_future"


class FactsUnknown(RequestRefused):
    """The facts name something that no contact fact is called: nothing was judged."""

    code = "facts_unknown"


@router.post(
    "/contact-checks",
    response={
        200: ContactCheckOut | ContactChecksOut,
        401: ProblemOut,
        403: ProblemOut,
        404: ProblemOut,
        422: ProblemOut,
    },
    summary="May I contact?",
    operation_id="contact_checks",
    by_alias=True,
)
@for_screen(Screen.MAY_CONTACT)
def contact_checks(
    request: ApiRequest, asked: Annotated[OneOrMany, Body()]
) -> ContactCheckOut | ContactChecksOut:
    """The gate's answer with every rule that stands against it, citations, the next permitted
    moment and the other channels. A question is not a contact: it is not recorded and permits
    nothing; a contact needs a permit."""
    now = business_now()
    if isinstance(asked, ContactCheckIn):
        known = _known(request, [asked], now)
        return _answer(request, asked, known, now, with_channels=True)
    known = _known(request, asked.checks, now)
    return ContactChecksOut(
        answers=[_answer_or_problem(request, one, known, now) for one in asked.checks]
    )


def _known(
    request: ApiRequest, asked: list[ContactCheckIn], now: datetime
) -> dict[str, KnownBorrower]:
    refs = sorted({one.borrower_ref for one in asked if one.borrower_ref is not None})
    return find_borrowers(request.auth, refs, at=now) if refs else {}


def _answer_or_problem(
    request: ApiRequest, asked: ContactCheckIn, known: dict[str, KnownBorrower], now: datetime
) -> ContactCheckOut | ContactCheckProblem:
    try:
        return _answer(request, asked, known, now, with_channels=False)
    except RequestRefused as refused:
        return ContactCheckProblem(problem=refused.code, detail=str(refused))


def _answer(
    request: ApiRequest,
    asked: ContactCheckIn,
    known: dict[str, KnownBorrower],
    now: datetime,
    *,
    with_channels: bool,
) -> ContactCheckOut:
    at = asked.at or now
    law_on = law_of(request.auth) if asked.scope is None else _told_law(asked.scope)
    if asked.facts is not None:
        # the day of the law is the day at the lender's place, however the moment was written
        day = asked.day or local_date(at, request.auth.lender_time_zone)
        return _of_facts(asked, law_on, day)
    history = _history(asked, known, at)
    question = ContactRequest(
        channel=Channel(asked.channel),
        number_ref=asked.number_ref,
        loan_ref=asked.loan_ref,
        recipient=asked.recipient,
        purpose=asked.purpose,
    )
    answer = permission(history, question, at=at, law_on=law_on)
    others: dict[Channel, Permission] = {}
    if with_channels:
        rest = [c for c in Channel if c is not question.channel]
        others = channel_permissions(history, question, rest, at=at, law_on=law_on)
    return _presented(
        answer.judgement,
        answer.next_permitted_at,
        {c.value: p.judgement.ruling.value for c, p in others.items()},
    )


def _of_facts(asked: ContactCheckIn, law_on: LawOn, day: date) -> ContactCheckOut:
    told = {"recipient": asked.recipient, "purpose": asked.purpose, **(asked.facts or {})}
    facts_of = vocabulary(ContactFacts)
    unknown = sorted(told.keys() - facts_of.kinds.keys())
    if unknown:
        raise FactsUnknown(
            f"{', '.join(unknown)}: no such contact fact. They are listed in docs/reference/facts.md."
        )
    facts = ContactFacts(**{"local_minute": None, **told, "channel": asked.channel})
    facts_of.check(facts)
    return _presented(judged(facts, law_on(day)), None, {})


def _history(
    asked: ContactCheckIn, known: dict[str, KnownBorrower], at: datetime
) -> ContactHistory:
    if asked.history is not None:
        return _told_history(asked.history, at)
    found = known.get(asked.borrower_ref or "")
    if found is None:
        raise BorrowerUnknown(
            f"There is no borrower {asked.borrower_ref}, or you may not see them."
        )
    return found.history


def _told_history(told: HistoryIn, at: datetime) -> ContactHistory:
    late = [n for n, one in enumerate(told.attempts) if one.at >= at]
    if late:
        raise HistoryInFuture(
            f"history.attempts[{late[0]}] is not before the moment asked about "
            f"({at.isoformat()}): correct its time, or ask about a later moment."
        )
    attempts = [
        ContactAttempt(
            attempt_id=f"told:{n}",
            attempted_at=one.at,
            channel=Channel(one.channel),
            outcome=Outcome(one.outcome),
            number_ref=one.number_ref,
            loan_ref=one.loan_ref,
        )
        for n, one in enumerate(told.attempts)
    ]
    consents = [
        Consent(
            consent_id=f"told:{n}",
            kind=ConsentKind(one.kind),
            granted_at=one.granted_at,
            withdrawn_at=one.withdrawn_at,
            from_minute=one.from_minute,
            until_minute=one.until_minute,
            daily_cap=one.daily_cap,
        )
        for n, one in enumerate(told.consents)
    ]
    return ContactHistory.of(attempts, consents, time_zones=told.time_zones)


def _told_law(told: ScopeIn) -> LawOn:
    memberships = (
        usual_memberships(told.lender_kind)
        if told.memberships is None
        else frozenset(told.memberships)
    )
    scope = Scope(told.jurisdiction, told.lender_kind, told.actor, told.product, memberships)
    return lambda day: contact_law(scope, ALL_BIND, day)


def _presented(
    judgement: Judgement, next_permitted_at: datetime | None, channels: dict[str, str]
) -> ContactCheckOut:
    return ContactCheckOut(
        ruling=judgement.ruling.value,
        grounds=[_ground(g) for g in judgement.grounds],
        advice=[_ground(g) for g in judgement.advice],
        exceptions=[_ground(g) for g in judgement.exceptions],
        next_permitted_at=next_permitted_at,
        channels=channels,
        rules_asked=len(judgement.asked),
        rulebooks=rulebooks.version(),
    )


def _ground(ground: Ground) -> GroundOut:
    told = ground_of(ground.rule_id, ground.verdict.reason or "")
    citation = told.citation
    return GroundOut(
        rule_id=ground.rule_id,
        ruling=ground.verdict.ruling.value,
        reason=ground.verdict.reason,
        exception=ground.verdict.exception,
        sentence_zh=told.sentence_zh,
        sentence_en=told.sentence_en,
        instrument=citation.instrument.zh if citation else None,
        article=citation.article if citation else None,
        strength=citation.strength.value if citation else None,
        confidence=citation.confidence.value if citation else None,
    )
