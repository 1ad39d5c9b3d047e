"""Early warnings on the desk: raised by a score, closed by the help that was given, lapsed by time."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from forbear.primitives.errors import RequestRefused
from forbear.scoring.alerts import GRIEVANCES, Alert
from forbear_server.selectors.access import Level, Screen, access_level
from forbear_server.selectors.actors import Actor
from forbear_server.selectors.borrower_access import visible_refs
from forbear_server.selectors.scorecards import Champion
from forbear_server.services.evidence import Recorded, append_evidence
from forbear_server.store.evidence_persons import borrower_person
from forbear_server.store.models import EarlyWarning

WARNING_RECIPE = "early_warning"
# A warning nobody acted on says nothing any more after this long.
LAPSES_AFTER = timedelta(days=30)
DISMISSALS = frozenset({"already_in_touch", "paid_meanwhile", "nothing_needed", "wrong_data"})


class WarningRefused(RequestRefused):
    """The warning cannot be closed like this; `code` says why."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class RaisedFor:
    """Whose loan a warning is raised for, and by which card."""

    lender_id: int
    borrower_id: int
    borrower_ref: str
    loan_ref: str
    card: Champion


def budget_left(lender_id: int, business_date: date) -> int:
    """How many warnings this lender may still raise today: people must be able to help them all."""
    raised = EarlyWarning.objects.filter(lender_id=lender_id, business_date=business_date)
    return max(0, int(settings.WARNINGS_PER_DAY) - raised.count())


def raise_warning(whose: RaisedFor, alert: Alert, *, now: datetime) -> UUID:
    """Open a warning, or renew the one that stands open for the loan. Inside a transaction."""
    told = _told(whose, alert)
    row, is_new = EarlyWarning.objects.update_or_create(
        lender_id=whose.lender_id,
        loan_ref=whose.loan_ref,
        state=EarlyWarning.State.OPEN,
        defaults=told,
        create_defaults={**told, "raised_at": now, "business_date": now.date()},
    )
    append_evidence(
        "early_warning.raised",
        now=now,
        lender_id=whose.lender_id,
        about=f"warning:{row.uuid}",
        person=borrower_person(whose.borrower_ref),
        body={
            "cause": alert.cause.value,
            "scorecard": f"{whose.card.name}/{whose.card.version}",
            "scorecard_digest": whose.card.digest,
        },
        private={
            "loan": whose.loan_ref,
            "is_new": is_new,
            **{name: told[name] for name in ("points", "ppm", "reasons", "helps")},
        },
    )
    return row.uuid


def _told(whose: RaisedFor, alert: Alert) -> dict[str, Any]:
    """An alert as its row keeps it: reasons, helps in their order, and what each rests on."""
    return {
        "borrower_id": whose.borrower_id,
        "score_card_id": whose.card.uuid,
        "cause": alert.cause.value,
        "points": alert.points,
        "points_before": alert.points_before,
        "ppm": alert.ppm,
        "reasons": [
            {"characteristic": one.characteristic, "points": one.points} for one in alert.reasons
        ],
        "helps": [one.value for one in alert.helps],
        "grounds": [
            {
                "help": ground.help.value,
                "facts": [[name, value] for name, value in ground.facts],
                "rules": list(ground.rules),
                "basis": dict(ground.basis),
            }
            for ground in alert.grounds
        ],
    }


def lapse_warnings(*, lender_id: int, scored: Collection[str], now: datetime) -> int:
    """Close what nobody acted on in time, and what is no early warning any more; how many.

    `scored`: loans that still are before what is warned of. A grievance waits for its answer.
    """
    is_old = Q(raised_at__lt=now - LAPSES_AFTER)
    is_past = ~Q(loan_ref__in=list(scored)) & ~Q(cause__in=[one.value for one in GRIEVANCES])
    with transaction.atomic():
        rows = EarlyWarning.objects.select_for_update(of=("self",)).select_related("borrower")
        found = list(
            rows.filter(is_old | is_past, lender_id=lender_id, state=EarlyWarning.State.OPEN)
        )
        for row in found:
            row.state, row.closed_at = EarlyWarning.State.LAPSED, now
            row.save()
            append_evidence(
                "early_warning.lapsed",
                now=now,
                lender_id=lender_id,
                about=f"warning:{row.uuid}",
                person=borrower_person(row.borrower.ref),
            )
    return len(found)


def close_warning(*, actor: Actor, loan_ref: str, word: str, now: datetime) -> Recorded:
    """Close a loan's open warning with the help that was given, or why none was needed.

    A refusal (`WarningRefused`) changes nothing but the evidence.
    """
    try:
        return _closed(actor, loan_ref, word, now)
    except WarningRefused as refusal:
        append_evidence(
            "early_warning.refused",
            now=now,
            lender_id=actor.lender_id,
            actor=actor,
            body={"code": refusal.code},
        )
        raise


@transaction.atomic
def _closed(actor: Actor, loan_ref: str, word: str, now: datetime) -> Recorded:
    rows = EarlyWarning.objects.select_for_update(of=("self",)).select_related("borrower")
    row = rows.filter(loan_ref=loan_ref).order_by("-raised_at").first()
    if row is None or not visible_refs(actor, [row.borrower.ref]):
        raise WarningRefused("warning_unknown", f"Loan {loan_ref} has no warning to close.")
    if access_level(actor, Screen.LOAN) in {Level.READ, Level.NONE}:
        raise WarningRefused("warning_role_missing", "Reading a loan is not working on it.")
    if row.state != EarlyWarning.State.OPEN:
        raise WarningRefused("warning_closed", f"The warning of {loan_ref} is closed already.")
    if word in row.helps:
        row.state = EarlyWarning.State.HELPED
    elif word in DISMISSALS:
        row.state = EarlyWarning.State.DISMISSED
    else:
        raise WarningRefused(
            "warning_word_unknown",
            f"{word!r} is neither a help suggested here nor a reason for none.",
        )
    row.closed_by_id, row.closed_at, row.closing_word = actor.user_id, now, word
    row.save()
    return append_evidence(
        f"early_warning.{row.state}",
        now=now,
        lender_id=actor.lender_id,
        actor=actor,
        about=f"warning:{row.uuid}",
        person=borrower_person(row.borrower.ref),
        body={"word": word},
        private={"loan": loan_ref},
    )
