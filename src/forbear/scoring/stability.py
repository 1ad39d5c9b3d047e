"""Drift of scores and of what they are made of: population stability (PSI) and Kolmogorov-Smirnov.

PSI compares shares by place: 0.10 is a change to look at (care), 0.25 one to act on (harm), as
N. Siddiqi, Credit Risk Scorecards (2006), chapter 8, and SCREENS C17. KS is the largest distance of
the two cumulative shares, with the asymptotic chance that two samples of one population differ so
much (Smirnov 1948). The index itself is `measures.population_stability`.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from forbear.scoring.cards import Scorecard
from forbear.scoring.errors import ScoringRefused
from forbear.scoring.measures import population_stability

CARE, HARM = Decimal("0.10"), Decimal("0.25")
MOST_TERMS = 100  # of Smirnov's series: far beyond what moves a digit


def level_of(psi: Decimal | str) -> str:
    """`ok`, `care` from 0.10, `harm` from 0.25.

    >>> [level_of(x) for x in ("0.099999", "0.100000", "0.25")]
    ['ok', 'care', 'harm']
    """
    value = Decimal(psi)
    return "harm" if value >= HARM else "care" if value >= CARE else "ok"


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """How far one set of values went from another: PSI, its level, KS, the chance of such a KS."""

    name: str
    rows_before: int
    rows_after: int
    psi: Decimal
    level: str
    ks: Decimal
    ks_chance: Decimal


def drift(name: str, before: Sequence[int], after: Sequence[int]) -> Drift:
    """Drift between counts of rows by place, places in their order on both sides.

    A place nobody was in before or after does not count.

    Raises `ScoringRefused` ("drift-of-other-places") when the places are not the same.
    """
    if len(before) != len(after) or not before:
        raise ScoringRefused(
            "drift-of-other-places",
            f"{name}: {len(before)} places before and {len(after)} after cannot be compared: "
            "count both with the same card.",
        )
    seen = [(one, other) for one, other in zip(before, after, strict=True) if one or other]
    psi = _six(population_stability([one for one, _ in seen], [other for _, other in seen]))
    distance = ks_distance(before, after)
    return Drift(
        name=name,
        rows_before=sum(before),
        rows_after=sum(after),
        psi=psi,
        level=level_of(psi),
        ks=_six(distance),
        ks_chance=_six(ks_chance(distance, rows_before=sum(before), rows_after=sum(after))),
    )


def ks_distance(before: Sequence[int], after: Sequence[int]) -> float:
    """Largest distance of the two cumulative shares over places in order.

    >>> ks_distance([10, 20, 30, 40], [40, 30, 20, 10])
    0.4
    """
    total_before, total_after = sum(before), sum(after)
    if not total_before or not total_after:
        raise ScoringRefused("no-rows", "Drift compares two sets of rows: one is empty.")
    # in whole numbers over one denominator, so that 0.4 is 0.4
    widest, gap = 0, 0
    for one, other in zip(before, after, strict=True):
        gap += one * total_after - other * total_before
        widest = max(widest, abs(gap))
    return widest / (total_before * total_after)


def ks_chance(distance: float, *, rows_before: int, rows_after: int) -> float:
    """Chance of at least this distance between two samples of one population, for large samples.

    2 × Σ (−1)^(k−1) exp(−2 k² λ²) with λ = D × sqrt(n m / (n + m)); 0.05 at λ = 1.358.
    """
    size = math.sqrt(rows_before * rows_after / (rows_before + rows_after))
    scaled = distance * size
    if scaled < 0.2:  # there the series is 1 to twelve digits, and slow
        return 1.0
    total = 0.0
    for k in range(1, MOST_TERMS + 1):
        total += (1 if k % 2 else -1) * math.exp(-2 * (k * scaled) ** 2)
    return min(max(2 * total, 0.0), 1.0)


def characteristic_drift(
    card: Scorecard, counted: Mapping[str, Sequence[int]]
) -> tuple[Drift, ...]:
    """Drift of each characteristic against the card's own training counts, most drifted first.

    `counted`: rows by place for each characteristic (`points_columns.place_counts`). Those whose
    card or rows tell nothing are left out. Places of two axes run in the card's own order, so
    their KS is a distance, not a rank test.
    """
    found = [
        drift(one.name, one.counts, counted[one.name])
        for one in card.characteristics
        if one.counts and sum(one.counts) and sum(counted.get(one.name, ()))
    ]
    return tuple(sorted(found, key=lambda d: (-d.psi, d.name)))


def monthly_drift(
    scored: Iterable[tuple[date, int]], *, edges: Sequence[int], reference: Sequence[int]
) -> tuple[Drift, ...]:
    """Drift of points by calendar month against reference counts over the same bands.

    `edges` rise; band i holds edges[i−1] <= points < edges[i]. Months in order, named 2026-11.
    """
    months: dict[str, Counter[int]] = {}
    for day, points in scored:
        band = sum(edge <= points for edge in edges)
        months.setdefault(f"{day:%Y-%m}", Counter())[band] += 1
    return tuple(
        drift(month, reference, [counts.get(n, 0) for n in range(len(edges) + 1)])
        for month, counts in sorted(months.items())
    )


def _six(value: float) -> Decimal:
    return Decimal(f"{value:.6f}")
