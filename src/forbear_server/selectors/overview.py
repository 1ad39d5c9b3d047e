"""How the book stands by the last finished run: ladder, roll rates, vintages, plan counts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from forbear.delinquency.aging import DEFAULT_SCHEME
from forbear.delinquency.buckets import scheme as bucket_scheme
from forbear_server.selectors.actors import Actor
from forbear_server.selectors.books import run_folder
from forbear_server.selectors.rules import Ground, ground_of
from forbear_server.store.models import Run

SMALLEST_SAMPLE = 30
RAMP_STEPS = 6
_STATES = (
    *(bucket.name for bucket in bucket_scheme(DEFAULT_SCHEME.ladder).buckets),
    "written_off",
    "settled",
)


@dataclass(frozen=True, slots=True)
class LadderRow:
    bucket: str
    loans: int
    arrears_minor: int
    outstanding_minor: int
    loans_before: int
    arrears_before_minor: int


@dataclass(frozen=True, slots=True)
class Ladder:
    as_of: str
    currency: str
    rows: tuple[LadderRow, ...]


@dataclass(frozen=True, slots=True)
class RollCell:
    """A share of the loans of one bucket a month later; `tone` is its place in a heat ramp."""

    to: str
    n: int
    percent: Decimal | None
    tone: str


@dataclass(frozen=True, slots=True)
class RollRow:
    bucket: str
    of: int
    cells: tuple[RollCell, ...]


@dataclass(frozen=True, slots=True)
class RollRates:
    pairs: tuple[tuple[str, str], ...]
    chosen: tuple[str, str]
    columns: tuple[str, ...]
    rows: tuple[RollRow, ...]


@dataclass(frozen=True, slots=True)
class VintageCurve:
    vintage: str
    loans: int
    percents: tuple[Decimal | None, ...]


@dataclass(frozen=True, slots=True)
class Vintages:
    months: tuple[int, ...]
    curves: tuple[VintageCurve, ...]


@dataclass(frozen=True, slots=True)
class HinderedCount:
    ground: Ground
    borrowers: int


@dataclass(frozen=True, slots=True)
class Overview:
    business_date: date
    ladders: tuple[Ladder, ...]
    roll_rates: RollRates | None
    vintages: Vintages | None
    actions: tuple[tuple[str, int], ...]
    hindered: tuple[HinderedCount, ...]

    @property
    def loans(self) -> int:
        return sum(row.loans for ladder in self.ladders for row in ladder.rows)

    @property
    def loans_in_arrears(self) -> int:
        return sum(
            row.loans for ladder in self.ladders for row in ladder.rows if row.bucket != _STATES[0]
        )

    @property
    def left_alone(self) -> int:
        """Borrowers in arrears whom the plan does not contact: a decision too."""
        return sum(n for action, n in self.actions if action in {"watch", "review"})

    @property
    def contacted(self) -> int:
        return sum(n for action, n in self.actions if action not in {"watch", "review"})


def find_overview(actor: Actor, *, month: str = "") -> Overview | None:
    """The newest finished run's reports; None on the first day."""
    run = Run.objects.filter(state=Run.State.FINISHED).order_by("-business_date").first()
    if run is None:
        return None
    folder = run_folder(actor.lender_code, run.business_date)
    plan = _report(folder.report, "plan", {"actions": [], "refusals": []})
    return Overview(
        business_date=run.business_date,
        ladders=_ladders(_report(folder.report, "ladder", None)),
        roll_rates=_roll_rates(_report(folder.report, "roll_rates", []), month),
        vintages=_vintages(_report(folder.report, "vintages", [])),
        actions=tuple((one["action"], one["borrowers"]) for one in plan["actions"]),
        hindered=tuple(
            HinderedCount(ground_of(one["rule_ids"], ""), one["borrowers"])
            for one in sorted(plan["refusals"], key=lambda one: -one["borrowers"])
            if one["rule_ids"]
        )[:10],
    )


def _report(read: Any, name: str, otherwise: Any) -> Any:
    try:
        return read(name)
    except FileNotFoundError:
        return otherwise


def _ladders(raw: dict[str, Any] | None) -> tuple[Ladder, ...]:
    if raw is None:
        return ()
    before = {(one["currency"], one["bucket"]): one for one in raw["before"]}
    currencies = list(dict.fromkeys(one["currency"] for one in raw["now"]))
    return tuple(
        Ladder(
            raw["as_of"],
            currency,
            tuple(
                LadderRow(
                    bucket=one["bucket"],
                    loans=one["loans"],
                    arrears_minor=one["arrears_minor"],
                    outstanding_minor=one["outstanding_minor"],
                    loans_before=before.get((currency, one["bucket"]), {}).get("loans", 0),
                    arrears_before_minor=before.get((currency, one["bucket"]), {}).get(
                        "arrears_minor", 0
                    ),
                )
                for one in raw["now"]
                if one["currency"] == currency
            ),
        )
        for currency in currencies
    )


def _roll_rates(raw: list[dict[str, Any]], month: str) -> RollRates | None:
    filled = [one for one in raw if any(row["n"] for row in one["rows"])]
    if not filled:
        return None
    chosen = next((one for one in filled if one["to_month"] == month), filled[-1])
    cells = {(row["from"], row["to"]): row for row in chosen["rows"]}
    met = {state for pair in cells for state in pair}
    columns = [state for state in _STATES if state in met]
    return RollRates(
        pairs=tuple((one["from_month"], one["to_month"]) for one in reversed(filled[-24:])),
        chosen=(chosen["from_month"], chosen["to_month"]),
        columns=tuple(columns),
        rows=tuple(
            _roll_row(state, columns, cells)
            for state in columns
            if any((state, to) in cells for to in columns)
        ),
    )


def _roll_row(
    state: str, columns: list[str], cells: dict[tuple[str, str], dict[str, Any]]
) -> RollRow:
    counts = [int(cells.get((state, to), {"n": 0})["n"]) for to in columns]
    of = sum(counts)
    percents = _adding_up(counts, of) if of >= SMALLEST_SAMPLE else [None] * len(counts)
    order = {name: place for place, name in enumerate(columns)}
    order["settled"] = -1
    return RollRow(
        bucket=state,
        of=of,
        cells=tuple(
            RollCell(
                to=to,
                n=n,
                percent=percent,
                tone=_tone(order[to] - order[state], n, of),
            )
            for to, n, percent in zip(columns, counts, percents, strict=True)
        ),
    )


def _adding_up(counts: list[int], of: int) -> list[Decimal | None]:
    """Shares in tenths of a percent that add up to 100.0: the largest remainders are rounded up."""
    tenths = [n * 1000 // of for n in counts]
    by_remainder = sorted(range(len(counts)), key=lambda i: -(counts[i] * 1000 % of))
    for place in by_remainder[: 1000 - sum(tenths)]:
        tenths[place] += 1
    return [Decimal(one) / 10 for one in tenths]


def _tone(step: int, n: int, of: int) -> str:
    """Better or worse than before by direction, stronger by share."""
    if n == 0:
        return "nothing"
    if step == 0 or of < SMALLEST_SAMPLE:
        return "same-1"
    strength = min(RAMP_STEPS, 1 + n * RAMP_STEPS // max(of, 1))
    return f"{'worse' if step > 0 else 'better'}-{strength}"


def _vintages(raw: list[dict[str, Any]]) -> Vintages | None:
    """A line per quarter of disbursement, by months on book."""
    if not raw:
        return None
    quarters = sorted({one["vintage"] for one in raw})[-8:]
    months = tuple(sorted({int(one["months_on_book"]) for one in raw}))[:25]
    by_place = {(one["vintage"], int(one["months_on_book"])): one for one in raw}
    return Vintages(
        months=months,
        curves=tuple(
            VintageCurve(
                quarter,
                max(one["loans"] for one in raw if one["vintage"] == quarter),
                tuple(
                    _percent(point["late"], point["loans"])
                    if (point := by_place.get((quarter, month)))
                    and point["loans"] >= SMALLEST_SAMPLE
                    else None
                    for month in months
                ),
            )
            for quarter in quarters
        ),
    )


def _percent(part: int, whole: int) -> Decimal:
    return (Decimal(part) * 100 / whole).quantize(Decimal("0.1"), ROUND_HALF_UP)
