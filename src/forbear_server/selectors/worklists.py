"""Today's worklist as one person may see it: who is next, why, and whether it is permitted now."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from django.db.models import Max, Q, QuerySet

from forbear.contact.hard_cases import WaitingCase
from forbear.strategy.treatments import Action
from forbear_server.selectors.access import Level, Screen, access_level
from forbear_server.selectors.actors import Actor
from forbear_server.selectors.borrowers import surname
from forbear_server.selectors.held_lines import aged_loans, held_back, standing_holds
from forbear_server.selectors.rules import Ground, grounds_of
from forbear_server.store.models import Call, User, WorklistItem

State = WorklistItem.State
LINES_OF_A_PAGE = 50


class Tab(StrEnum):
    NOW = "now"
    LATER = "later"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Filters:
    """What the filter bar asks for; empty means everything."""

    bucket: str = ""
    action: str = ""
    search: str = ""


@dataclass(frozen=True, slots=True)
class WorklistLine:
    item_id: int
    business_date: date
    rank: int
    borrower_ref: str
    surname: str
    action: str
    reasons: tuple[str, ...]
    days_past_due: int
    bucket: str
    arrears_minor: int
    currency: str
    connected_today: int
    unanswered_today: int
    verdict: str
    is_permitted_now: bool
    is_held: bool
    permitted_from_minute: int | None
    permitted_until_minute: int | None
    is_zone_known: bool
    grounds: tuple[Ground, ...]
    last_attempt_at: datetime | None
    last_outcome: str
    state: str
    assigned_to: str
    taken_by: str
    is_taken_by_me: bool
    snoozed_until: datetime | None
    snooze_reason: str


@dataclass(frozen=True, slots=True)
class Worklist:
    business_date: date | None
    tab: Tab
    lines: tuple[WorklistLine, ...]
    counts: dict[Tab, int]
    matching: int
    page: int
    pages: int
    buckets: tuple[str, ...]
    actions: tuple[str, ...]


def worklist_date(now: datetime) -> date | None:
    """The newest day with a published plan that has begun; None before the first run."""
    found = WorklistItem.objects.filter(business_date__lte=now.date()).aggregate(
        newest=Max("business_date")
    )
    newest: date | None = found["newest"]
    return newest


def visible_items(actor: Actor) -> QuerySet[WorklistItem]:
    """Items this person may see: own, the team's, or all of the lender for compliance."""
    level = access_level(actor, Screen.WORKLIST)
    items = WorklistItem.objects.all()
    unassigned = Q(assigned_to__isnull=True)
    if level is Level.OWN:
        # What a colleague has taken stays visible, so that one sees who is at it.
        return items.filter(unassigned | Q(assigned_to=actor.user_id))
    if level is Level.TEAM:
        return items.filter(unassigned | Q(assigned_to__team=actor.team))
    if level in {Level.READ, Level.FULL}:
        return items
    return items.none()


def list_worklist(
    actor: Actor, *, now: datetime, tab: Tab, filters: Filters, page: int = 1
) -> Worklist:
    day = worklist_date(now)
    if day is None:
        return Worklist(None, tab, (), dict.fromkeys(Tab, 0), 0, 1, 1, (), ())
    items = (
        visible_items(actor)
        .filter(business_date=day)
        .select_related("borrower", "taken_by", "assigned_to")
        .annotate(held_refs=standing_holds(now))
        .order_by("rank")
    )
    every = list(items)
    zone = ZoneInfo(actor.lender_time_zone)
    held = held_back(actor.lender_code, ((item, item.held_refs) for item in every))
    by_tab: dict[Tab, list[WorklistItem]] = {one: [] for one in Tab}
    for item in every:
        by_tab[_tab_of(item, now, zone, held)].append(item)
    chosen = [item for item in by_tab[tab] if _matches(item, filters)]
    pages = max(1, -(-len(chosen) // LINES_OF_A_PAGE))
    page = min(max(page, 1), pages)
    shown = chosen[(page - 1) * LINES_OF_A_PAGE : page * LINES_OF_A_PAGE]
    return Worklist(
        business_date=day,
        tab=tab,
        lines=tuple(_line(item, actor, now, zone, held) for item in shown),
        counts={one: len(found) for one, found in by_tab.items()},
        matching=len(chosen),
        page=page,
        pages=pages,
        buckets=tuple(sorted({item.bucket for item in every})),
        actions=tuple(sorted({item.action for item in every})),
    )


def find_line(actor: Actor, item_id: int, *, now: datetime) -> WorklistLine | None:
    item = (
        visible_items(actor)
        .filter(pk=item_id)
        .select_related("borrower", "taken_by", "assigned_to")
        .annotate(held_refs=standing_holds(now))
        .first()
    )
    if item is None:
        return None
    held = held_back(actor.lender_code, [(item, item.held_refs)])
    return _line(item, actor, now, ZoneInfo(actor.lender_time_zone), held)


def waiting_cases(actor: Actor, *, now: datetime) -> list[WaitingCase]:
    """The lines of today nobody is at that may be worked now, by what one knows of them."""
    day = worklist_date(now)
    if day is None:
        return []
    zone = ZoneInfo(actor.lender_time_zone)
    free = [State.OPEN, State.SNOOZED]
    items = visible_items(actor).filter(business_date=day, state__in=free)
    rows = items.select_related("borrower").annotate(held_refs=standing_holds(now))
    open_now = [item for item in rows if is_permitted_now(item, now, zone)]
    borrowers = [item.borrower_id for item in open_now]
    held = held_back(actor.lender_code, ((item, item.held_refs) for item in open_now))
    upset = Call.objects.filter(borrower_id__in=borrowers, distressed_at__isnull=False)
    was_upset = set(upset.values_list("borrower_id", flat=True))
    return [
        WaitingCase(
            line_id=item.pk,
            rank=item.rank,
            days_past_due=item.days_past_due,
            is_held=item.borrower_id in held,
            was_upset_before=item.borrower_id in was_upset,
        )
        for item in open_now
    ]


def list_colleagues(actor: Actor) -> list[tuple[int, str]]:
    """Collectors a lead may hand a line to."""
    users = User.objects.filter(is_active=True, role="collector", team=actor.team)
    return [(user.pk, user.display_name) for user in users.order_by("display_name")]


def worst_loan(actor: Actor, item_id: int) -> str | None:
    """The borrower's loan that is longest past due, to open first."""
    item = visible_items(actor).filter(pk=item_id).select_related("borrower").first()
    if item is None:
        return None
    loans = loans_of(actor.lender_code, item.business_date, item.borrower.ref)
    return loans[0] if loans else None


def loans_of(lender_code: str, business_date: date, borrower_ref: str) -> Sequence[str]:
    """The borrower's live loans in that night's aging, worst first."""
    aged = aged_loans(lender_code, business_date, [borrower_ref])
    if aged.is_empty():
        return []
    found = aged.sort("days_past_due", "arrears_minor", "loan_id", descending=[True, True, False])
    return [str(ref) for ref in found["loan_id"]]


def _matches(item: WorklistItem, filters: Filters) -> bool:
    return (
        (not filters.bucket or item.bucket == filters.bucket)
        and (not filters.action or item.action == filters.action)
        and (not filters.search or filters.search.lower() in item.borrower.ref.lower())
    )


def _tab_of(item: WorklistItem, now: datetime, zone: ZoneInfo, held: Collection[int]) -> Tab:
    if item.state == WorklistItem.State.DONE:
        return Tab.DONE
    return Tab.NOW if is_permitted_now(item, now, zone, held) else Tab.LATER


def is_permitted_now(
    item: WorklistItem, now: datetime, zone: ZoneInfo, held: Collection[int] = ()
) -> bool:
    """To be contacted at all, allowed, inside the borrower's own hours, not put off and not held.

    `held` are the borrowers contact with whom rests (`held_lines.held_back`).
    """
    if item.action == Action.WATCH or item.borrower_id in held:
        return False
    if item.verdict != WorklistItem.Verdict.ALLOWED or item.permitted_from_minute is None:
        return False
    if item.snoozed_until is not None and item.snoozed_until > now:
        return False
    local = now.astimezone(ZoneInfo(item.borrower.time_zone) if item.borrower.time_zone else zone)
    if local.date() != item.business_date:
        return False
    minute = local.hour * 60 + local.minute
    return item.permitted_from_minute <= minute < (item.permitted_until_minute or 0)


def _line(
    item: WorklistItem, actor: Actor, now: datetime, zone: ZoneInfo, held: Collection[int]
) -> WorklistLine:
    return WorklistLine(
        item_id=item.pk,
        business_date=item.business_date,
        rank=item.rank,
        borrower_ref=item.borrower.ref,
        surname=surname(item.borrower),
        action=item.action,
        reasons=tuple(item.reasons),
        days_past_due=item.days_past_due,
        bucket=item.bucket,
        arrears_minor=item.arrears_minor,
        currency=item.currency,
        connected_today=item.connected_today,
        unanswered_today=item.unanswered_today,
        verdict=item.verdict,
        is_permitted_now=is_permitted_now(item, now, zone, held),
        is_held=item.borrower_id in held,
        permitted_from_minute=item.permitted_from_minute,
        permitted_until_minute=item.permitted_until_minute,
        is_zone_known=bool(item.borrower.time_zone),
        grounds=tuple(grounds_of(item.verdict_reasons)),
        last_attempt_at=item.last_attempt_at,
        last_outcome=item.last_outcome,
        state=item.state,
        assigned_to=item.assigned_to.display_name if item.assigned_to else "",
        taken_by=item.taken_by.display_name if item.taken_by else "",
        is_taken_by_me=item.taken_by_id == actor.user_id,
        snoozed_until=item.snoozed_until,
        snooze_reason=item.snooze_reason,
    )
