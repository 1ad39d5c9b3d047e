"""Lay a plan on the desk as the day's worklist: every borrower once a day, however often it runs.

What somebody already took, put off or finished keeps its state; lines that nobody touched and the
new plan no longer has go away.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import polars as pl
from django.db import connection, transaction
from psycopg.types.json import Jsonb

from forbear_server.services.evidence import append_evidence
from forbear_server.services.persons import borrower_ids
from forbear_server.services.runs import BegunRun
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
class PlanDigest:
    """Which plan it is: the digest over its files, and each file's own."""

    digest: str
    files: Mapping[str, str]


@transaction.atomic
def publish_worklist(*, run: BegunRun, rows: pl.DataFrame, plan: PlanDigest, now: datetime) -> int:
    """Replace the untouched lines of the day by the plan's; how many the day has now.

    `rows` has the columns of PLAN; a borrower without a rank is watched and has no line.
    """
    key = (run.lender_id, run.business_date)
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM worklist_item WHERE lender_id = %s AND business_date = %s "
            "AND state = 'open' AND assigned_to_id IS NULL",
            key,
        )
    planned = rows.filter(pl.col("rank").is_not_null()).sort("rank").to_dicts()
    ids = borrower_ids(run.lender_id, [line["borrower_id"] for line in planned])
    copy_rows(
        "worklist_item",
        ["lender_id", "business_date", "borrower_id", *_PLANNED, "state", "snooze_reason"],
        (
            (*key, ids[line["borrower_id"]], *_values(run.uuid, line), "open", "")
            for line in planned
        ),
        on_conflict="(lender_id, business_date, borrower_id) DO UPDATE SET "
        + ", ".join(f"{column} = EXCLUDED.{column}" for column in _PLANNED),
    )
    append_evidence(
        "plan.published",
        now=now,
        lender_id=run.lender_id,
        about=f"run:{run.business_date}",
        body={
            "lines": len(planned),
            "run": str(run.uuid),
            "plan_digest": plan.digest,
            "files": len(plan.files),
        },
        private={"plan_files": dict(plan.files)},
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM worklist_item WHERE lender_id = %s AND business_date = %s", key
        )
        return int(cursor.fetchone()[0])


def _values(run_uuid: UUID, line: dict[str, Any]) -> tuple[object, ...]:
    grounds = [
        {"rule_id": rule_id, "reason": reason}
        for rule_id, reason in zip(
            line["rule_ids"] or [], line["verdict_reasons"] or [], strict=False
        )
    ]
    return (
        run_uuid,
        line["rank"],
        line["action"],
        Jsonb(line["reasons"] or []),
        line["days_past_due"],
        line["bucket"],
        line["arrears_minor"],
        line["outstanding_minor"],
        line["currency"],
        line["connected_today"] or 0,
        line["unanswered_today"] or 0,
        line["verdict"],
        line["permitted_from_minute"],
        line["permitted_until_minute"],
        Jsonb(grounds),
        line["last_attempt_at"],
        line["last_outcome"] or "",
    )
