"""A score card as its page shows it: every number as written in the card, none computed anew."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from itertools import product
from typing import Any

from django.utils.translation import gettext as _

from forbear.scoring.axes import Axis
from forbear.scoring.cards import Characteristic, Scorecard
from forbear.scoring.stability import CARE, HARM, level_of
from forbear_server.console.score_wording import MEASURES, MODELS, STABILITY, in_language
from forbear_server.console.wording import word
from forbear_server.selectors.scorecards import NightDrift

SMALLEST_SAMPLE = 30


@dataclass(frozen=True, slots=True)
class ShownPlace:
    label: str
    points: int
    count: int | None
    bad_percent: Decimal | None


@dataclass(frozen=True, slots=True)
class ShownCharacteristic:
    name: str
    says: str
    tells: str
    advice: str
    places: list[ShownPlace]
    span: int  # what it takes away at most


@dataclass(frozen=True, slots=True)
class ShownMeasure:
    name: str
    value: str
    low: str
    high: str


@dataclass(frozen=True, slots=True)
class ShownChallenger:
    name: str
    auc: str
    difference: ShownMeasure | None


@dataclass(frozen=True, slots=True)
class ShownBand:
    predicted: Decimal
    observed: Decimal
    low: Decimal
    high: Decimal
    n: int


@dataclass(frozen=True, slots=True)
class ShownPeriod:
    period: str
    psi: str
    kind: str
    word: str


@dataclass(frozen=True, slots=True)
class ShownGroup:
    attribute: str
    group: str
    n: int
    is_withheld: bool
    predicted: Decimal
    observed: Decimal
    auc: str


def characteristics(card: Scorecard) -> list[ShownCharacteristic]:
    """Every characteristic with its places, the one that can take most first."""
    shown = [_characteristic(one) for one in card.characteristics]
    return sorted(shown, key=lambda one: one.span)


def _characteristic(one: Characteristic) -> ShownCharacteristic:
    labels = [
        " · ".join(parts)
        for parts in product(
            *([place_label(axis, n) for n in range(axis.places)] for axis in one.axes)
        )
    ]
    places = [
        ShownPlace(
            label,
            points,
            one.counts[n] if one.counts else None,
            _percent(one.events[n], one.counts[n])
            if one.counts and one.events and one.counts[n] >= SMALLEST_SAMPLE
            else None,
        )
        for n, (label, points) in enumerate(zip(labels, one.points, strict=True))
    ]
    return ShownCharacteristic(
        name=one.name,
        says=in_language(one.says) or one.name,
        tells=in_language(one.tells),
        advice="" if one.advice is None else in_language(one.advice),
        places=places,
        span=min(one.points),
    )


def place_label(axis: Axis, place: int) -> str:
    """A place in words: bounds, a level, other, or not known."""
    if place == axis.missing:
        return _("无数据")
    if axis.levels is not None:
        return axis.levels[place] if place < len(axis.levels) else _("其他")
    low, high = axis.bounds(place)
    if low is None and high is None:
        return _("任何数值")
    if low is None:
        return f"< {number(high)}"
    if high is None:
        return f"≥ {number(low)}"
    return f"{number(low)} – < {number(high)}"


def number(value: float | None) -> str:
    """An edge as people read it.

    >>> number(31.0), number(0.12500000000000003)
    ('31', '0.125')
    """
    return "" if value is None else f"{value:.6g}"


def measures(validation: Mapping[str, Any]) -> list[ShownMeasure]:
    """AUC, KS and the others with their intervals, in the order people look for them."""
    raw = _map(validation.get("measures"))
    return [_measure(word(MEASURES, code), raw[code]) for code in MEASURES if code in raw]


def _measure(name: str, raw: Any) -> ShownMeasure:
    if not isinstance(raw, dict):
        return ShownMeasure(name, _decimals(raw), "", "")
    return ShownMeasure(name, *(_decimals(raw.get(part)) for part in ("value", "low", "high")))


def challengers(validation: Mapping[str, Any]) -> list[ShownChallenger]:
    """What other models reach on the same rows, and the difference with its interval."""
    shown = []
    for code, raw in sorted(_map(validation.get("challengers")).items()):
        told = _map(raw)
        difference = told.get("difference")
        shown.append(
            ShownChallenger(
                word(MODELS, code),
                _measure("", told.get("auc")).value,
                _measure("", difference) if isinstance(difference, dict) else None,
            )
        )
    return shown


def reliability(validation: Mapping[str, Any]) -> list[ShownBand]:
    """Predicted against observed, in percent, with the interval of what was observed."""
    return [
        ShownBand(
            predicted=_ppm(one.get("predicted_ppm")),
            observed=_ppm(one.get("observed_ppm")),
            low=_ppm(one.get("low_ppm")),
            high=_ppm(one.get("high_ppm")),
            n=int(one.get("n", 0)),
        )
        for one in _maps(validation.get("reliability"))
    ]


def reliability_block(bands: list[ShownBand]) -> dict[str, Any]:
    """The plot's numbers: the same as the table's."""
    return {
        "kind": "reliability",
        "says": _("校准图：预测概率与实际发生率，越接近对角线越准"),
        "x": _("预测 %"),
        "y": _("实际 %"),
        "words": [_("预测 = 实际"), _("实际"), _("95% 区间")],
        "points": [
            [float(b.predicted), float(b.observed), float(b.low), float(b.high)] for b in bands
        ],
    }


def stability(validation: Mapping[str, Any]) -> list[ShownPeriod]:
    """Population stability index by period, with its word."""
    shown = []
    for one in _maps(validation.get("psi")):
        value = _decimal(one.get("psi"))
        kind, told = STABILITY[level_of(value)]
        shown.append(ShownPeriod(str(one.get("period", "")), f"{value:.3f}", kind, str(told)))
    return shown


@dataclass(frozen=True, slots=True)
class ShownDrift:
    day: date
    lines: list[ShownPeriod]


def night_drift(card: Scorecard, found: NightDrift | None) -> ShownDrift | None:
    """The newest night against training, the most drifted characteristic first."""
    if found is None:
        return None
    says = {one.name: in_language(one.says) or one.name for one in card.characteristics}
    return ShownDrift(
        found.business_date,
        [
            ShownPeriod(
                says.get(name, name),
                f"{_decimal(psi):.3f}",
                STABILITY[level][0],
                str(STABILITY[level][1]),
            )
            for name, psi, level in found.lines
        ],
    )


def stability_block(periods: list[ShownPeriod]) -> dict[str, Any]:
    """The bars with their two limits."""
    return {
        "kind": "limits",
        "says": _("稳定性：各时期的 PSI，0.10 起留意，0.25 起不稳定"),
        "points": [one.period for one in periods],
        "values": [float(one.psi) for one in periods],
        "limits": [[_("留意"), float(CARE)], [_("不稳定"), float(HARM)]],
    }


def groups(validation: Mapping[str, Any]) -> list[ShownGroup]:
    """Calibration by group where a group is known; small groups are withheld."""
    return [
        ShownGroup(
            attribute=str(one.get("attribute", "")),
            group=str(one.get("group", "")),
            n=int(one.get("n", 0)),
            is_withheld=int(one.get("n", 0)) < SMALLEST_SAMPLE,
            predicted=_ppm(one.get("mean_predicted_ppm")),
            observed=_ppm(one.get("observed_ppm")),
            auc="—" if one.get("auc") is None else _decimals(one["auc"]),
        )
        for one in _maps(validation.get("fairness"))
    ]


def left_out(training: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Columns that were refused or dropped, with the reason."""
    return [
        (str(one.get("column", "")), str(one.get("reason", "")))
        for name in ("refused", "dropped")
        for one in _maps(training.get(name))
    ]


def _percent(part: int, whole: int) -> Decimal:
    return (Decimal(part) * 100 / whole).quantize(Decimal("0.1"))


def _ppm(value: Any) -> Decimal:
    return (Decimal(int(value or 0)) / 10_000).quantize(Decimal("0.01"))


def _decimals(value: Any) -> str:
    return "—" if value is None else f"{_decimal(value):.3f}"


def _decimal(value: Any) -> Decimal:
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return Decimal(0)


def _map(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _maps(value: Any) -> Iterable[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
