"""Lay a night's scores on the desk, and raise the warnings people can help with today.

A loan warned of in the last thirty days is only warned of again when its score fell further; one
that never came within a day's budget is a candidate every night.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import polars as pl
from django.db import transaction
from psycopg.types.json import Jsonb

from forbear.portfolio.scores import card_drift
from forbear.primitives.identifiers import BorrowerId, LenderId, LoanId
from forbear.scoring.alerts import Alert, AlertPolicy, Cause, alert, policy_of, within_budget
from forbear.scoring.card_texts import card_digest
from forbear.scoring.cards import Scorecard
from forbear.scoring.points import score
from forbear_server.selectors.scorecards import Champion
from forbear_server.services.early_warnings import (
    RaisedFor,
    budget_left,
    lapse_warnings,
    raise_warning,
)
from forbear_server.services.evidence import append_evidence
from forbear_server.services.persons import borrower_ids
from forbear_server.services.runs import BegunRun
from forbear_server.store.copying import copy_rows
from forbear_server.store.models import EarlyWarning, LoanScore, ScoreCard

NIGHT = Cause.NIGHT.value
WARNED_LATELY = timedelta(days=30)
_COLUMNS = ["as_of", "scored_at", "points", "points_before", "ppm", "facts", "cause"]


@dataclass(frozen=True, slots=True)
class Published:
    """How many loans were scored, how many warnings raised, how many left for another day."""

    loans: int
    raised: int
    held_back: int


@transaction.atomic
def publish_scores(
    *,
    run: BegunRun,
    rows: pl.DataFrame,
    card: Scorecard,
    told_since: Collection[str],
    now: datetime,
) -> Published:
    """Replace the lender's scores by tonight's and raise warnings; the same night again is no more.

    `rows`: loan_id, borrower_id, as_of, points, ppm and the card's inputs. Loans of which something
    was told since the night took its events (`told_since`) keep the score they got at once; an
    older night made again replaces nothing.
    """
    digest = card_digest(card)
    row = _in_use(digest, card)
    if LoanScore.objects.filter(as_of__gt=run.business_date).exists():
        return Published(0, 0, 0)
    before = _points_before(run, row)
    lines = [line for line in rows.sort("loan_id").to_dicts() if line["loan_id"] not in told_since]
    ids = borrower_ids(run.lender_id, sorted({line["borrower_id"] for line in lines}))
    scored = {*rows["loan_id"].to_list(), *told_since}
    lapse_warnings(lender_id=run.lender_id, scored=scored, now=now)
    chosen, held_back = _chosen(run, lines, card, before, now)
    LoanScore.objects.exclude(loan_ref__in=told_since, score_card=row.uuid).delete()
    copy_rows(
        "loan_score",
        ["lender_id", "borrower_id", "loan_ref", "score_card_id", *_COLUMNS],
        (
            (
                *(run.lender_id, ids[line["borrower_id"]], line["loan_id"], row.uuid),
                *_values(line, card, before.get(line["loan_id"]), now),
            )
            for line in lines
        ),
        on_conflict="(lender_id, loan_ref, score_card_id) DO NOTHING",
    )
    for one in chosen:
        raise_warning(_whose(run, one, ids, row), one, now=now)
    made = Published(len(lines), len(chosen), held_back)
    _record(run, row, made, now)
    _note_drift(run, row, card_drift(card, rows), now)
    return made


def _points_before(run: BegunRun, row: Champion) -> dict[str, int]:
    """The points before tonight by loan; a night made again does not compare with itself."""
    found = {}
    for one in LoanScore.objects.filter(score_card=row.uuid):
        is_tonights = one.cause == NIGHT and one.as_of == run.business_date
        points = one.points_before if is_tonights else one.points
        if points is not None:
            found[one.loan_ref] = points
    return found


def _in_use(digest: str, card: Scorecard) -> Champion:
    """The desk's row of the card the night scored with."""
    row = ScoreCard.objects.filter(digest=digest).defer("text").order_by("-added_at")[0]
    return Champion(row.uuid, row.name, row.version, row.digest, card)


def _whose(run: BegunRun, one: Alert, ids: dict[str, int], row: Champion) -> RaisedFor:
    return RaisedFor(
        lender_id=run.lender_id,
        borrower_id=ids[str(one.borrower_id)],
        borrower_ref=str(one.borrower_id),
        loan_ref=str(one.loan_id),
        card=row,
    )


def _values(
    line: dict[str, Any], card: Scorecard, points_before: int | None, now: datetime
) -> tuple[object, ...]:
    """One scored loan in the order of `_COLUMNS`."""
    facts = Jsonb({name: line[name] for name in card.inputs})
    return (line["as_of"], now, line["points"], points_before, line["ppm"], facts, NIGHT)


def _record(run: BegunRun, row: Champion, made: Published, now: datetime) -> None:
    append_evidence(
        "scores.recorded",
        now=now,
        lender_id=run.lender_id,
        about=f"run:{run.business_date}",
        body={
            "scorecard": f"{row.name}/{row.version}",
            "scorecard_digest": row.digest,
            "rows": made.loans,
            "raised": made.raised,
            "held_back": made.held_back,
        },
    )


def _note_drift(
    run: BegunRun, row: Champion, drift: list[dict[str, object]], now: datetime
) -> None:
    """A characteristic that left its training behind is recorded: the card needs a look."""
    left = [one for one in drift if one["level"] == "harm"]
    if left:
        append_evidence(
            "scorecard.drift_noted",
            now=now,
            lender_id=run.lender_id,
            about=f"scorecard:{row.uuid}",
            body={
                "scorecard": f"{row.name}/{row.version}",
                "scorecard_digest": row.digest,
                "rows": len(left),
            },
            private={"drift": left},
        )


def _chosen(
    run: BegunRun,
    lines: list[dict[str, object]],
    card: Scorecard,
    before: dict[str, int],
    now: datetime,
) -> tuple[tuple[Alert, ...], int]:
    """The alerts within today's budget, and how many of tonight's are beyond it."""
    policy = policy_of(card)
    warned = set(
        EarlyWarning.objects.filter(raised_at__gt=now - WARNED_LATELY).values_list(
            "loan_ref", flat=True
        )
    )
    due = [line for line in lines if int(str(line["ppm"])) >= policy.floor_ppm]
    stored = LoanScore.objects.filter(
        score_card__digest=card_digest(card), loan_ref__in=warned
    ).values_list("loan_ref", "facts")
    known = dict(stored)
    alerts = [
        found
        for line in due
        for ref in (str(line["loan_id"]),)
        # warned of by another card: nothing to compare with, so tonight's score is where it begins
        for earlier in (known.get(ref, line if ref in warned else None),)
        for found in (_alert(run, line, card, policy, earlier),)
        if found is not None
    ]
    chosen = within_budget(alerts, budget_left(run.lender_id, now.date()))
    return chosen, len(alerts) - len(chosen)


def _alert(
    run: BegunRun,
    line: dict[str, object],
    card: Scorecard,
    policy: AlertPolicy,
    facts_before: dict[str, object] | None,
) -> Alert | None:
    return alert(
        lender=LenderId(str(line["lender"])),
        loan_id=LoanId(str(line["loan_id"])),
        borrower_id=BorrowerId(str(line["borrower_id"])),
        before=None if facts_before is None else score(card, facts_before),
        after=score(card, line),
        facts=line,
        cause=Cause.NIGHT,
        policy=policy,
    )
