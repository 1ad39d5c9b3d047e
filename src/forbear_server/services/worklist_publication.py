"""Lay a plan on the desk as the day's worklist: every borrower once a day, however often it runs.

What somebody already took, put off or finished keeps its state; lines that nobody touched and the
new plan no longer has go away.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import connection, transaction
from psycopg.types.json import Jsonb

from forbear_server.services.evidence import append_evidence
from forbear_server.services.persons import borrower_ids
from forbear_server.store.copying import copy_rows

_PLANNED = [
    "run_id",
    "rank",
    "action",
    "reasons",
    "days_past_due",
    "bucket",
    "arrears_minor",
    "outstanding_minor",
    "currency",
    "connected_today",
    "unanswered_today",
    "verdict",
    "permitted_from_minute",
    "permitted_until_minute",
    "verdict_reasons",
    "last_attempt_at",
    "last_outcome",
]


@dataclass(frozen=True, slots=True)
class PlannedLine:
    """One borrower of the plan."""

    borrower_ref: str
    rank: int
    action: str
    reasons: Sequence[str]
    days_past_due: int
    bucket: str
    arrears_minor: int
    outstanding_minor: int
    currency: str
    verdict: str
    permitted_from_minute: int | None
    permitted_until_minute: int | None
    rule_ids: Sequence[str]
    verdict_reasons: Sequence[str]
    connected_today: int = 0
    unanswered_today: int = 0
    last_attempt_at: datetime | None = None
    last_outcome: str = ""


@transaction.atomic
def publish_worklist(
    *,
    lender_id: int,
    run_uuid: UUID,
    business_date: date,
    lines: Iterable[PlannedLine],
    now: datetime,
) -> int:
    """Replace the untouched lines of the day by `lines`; how many the day has now."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM worklist_item WHERE lender_id = %s AND business_date = %s "
            "AND state = 'open' AND assigned_to_id IS NULL",
            [lender_id, business_date],
        )
    planned = list(lines)
    ids = borrower_ids(lender_id, [line.borrower_ref for line in planned])
    copy_rows(
        "worklist_item",
        ["lender_id", "business_date", "borrower_id", *_PLANNED, "state", "snooze_reason"],
        (
            (lender_id, business_date, ids[line.borrower_ref], *_values(run_uuid, line), "open", "")
            for line in planned
        ),
        on_conflict="(lender_id, business_date, borrower_id) DO UPDATE SET "
        + ", ".join(f"{column} = EXCLUDED.{column}" for column in _PLANNED),
    )
    append_evidence(
        "plan.published",
        now=now,
        lender_id=lender_id,
        subject=f"run:{business_date}",
        body={"lines": len(planned), "run": str(run_uuid)},
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM worklist_item WHERE lender_id = %s AND business_date = %s",
            [lender_id, business_date],
        )
        return int(cursor.fetchone()[0])


def _values(run_uuid: UUID, line: PlannedLine) -> tuple[object, ...]:
    grounds = [
        {"rule_id": rule_id, "reason": reason}
        for rule_id, reason in zip(line.rule_ids, line.verdict_reasons, strict=False)
    ]
    return (
        run_uuid,
        line.rank,
        line.action,
        Jsonb(list(line.reasons)),
        line.days_past_due,
        line.bucket,
        line.arrears_minor,
        line.outstanding_minor,
        line.currency,
        line.connected_today,
        line.unanswered_today,
        line.verdict,
        line.permitted_from_minute,
        line.permitted_until_minute,
        Jsonb(grounds),
        line.last_attempt_at,
        line.last_outcome,
    )
