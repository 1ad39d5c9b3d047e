"""How long a recording is kept, as the law books of the day say, and which are over."""

from __future__ import annotations

from datetime import date

from django.db.models import Q

from forbear import rulebooks
from forbear.compliance.judging import LenderPolicy, judge
from forbear.compliance.matters.retention import RetentionFacts
from forbear.compliance.scopes import Scope
from forbear.compliance.verdicts import Ruling
from forbear_server.store.models import Call, ContactHold, RetentionHold

RECORD = "collection_recording"
# No book asks for longer; a question that is never answered ends here, and nothing is deleted.
_LONGEST_YEARS = 99


def recording_kept_until(on: date, *, scope: Scope, policy: LenderPolicy) -> date | None:
    """The last day a recording of this day must be kept: the longest of the books that bind.

    None when none of them says how long: then it is kept until a person decides.
    """
    for years in range(_LONGEST_YEARS):
        facts = RetentionFacts(
            record=RECORD, years_kept=years, is_debt_settled=True, has_open_dispute=False
        )
        found = judge(rulebooks.rules(), facts, on=on, scope=scope, policy=policy)
        if found.ruling is Ruling.ALLOWED:
            return _years_on(on, years) if years else None
    return None


def recordings_over(on: date) -> list[Call]:
    """Calls whose recording's time is over and against whose deletion nothing stands."""
    rows = Call.objects.select_related("borrower").filter(
        recording_kept_until__lt=on, recording="kept"
    )
    held = set(
        RetentionHold.objects.filter(
            Q(kept_until__isnull=True) | Q(kept_until__gt=on),
            person__kind="borrower",
            released_at__isnull=True,
        ).values_list("person__ref", flat=True)
    )
    disputed = set(
        ContactHold.objects.filter(
            kind__in=("dispute", "complaint"), lifted_at__isnull=True
        ).values_list("borrower_id", flat=True)
    )
    return [row for row in rows if row.borrower.ref not in held and row.borrower_id not in disputed]


def _years_on(on: date, years: int) -> date:
    """The same day so many years on; of 29 February, the last of that month (民法典 202)."""
    try:
        return on.replace(year=on.year + years)
    except ValueError:
        return on.replace(year=on.year + years, day=28)
