"""A score card as text: canonical JSON (RFC 8785), read back with every fault named by its place."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

import rfc8785

from forbear.scoring.axes import Axis
from forbear.scoring.cards import (
    LANGUAGES,
    AmountInterval,
    Calibration,
    Characteristic,
    Scale,
    Scorecard,
    Words,
)
from forbear.scoring.errors import CardFaulty

FORMAT = "forbear-scorecard/1"


def card_text(card: Scorecard) -> str:
    """The card's canonical text: the same card, the same bytes."""
    return rfc8785.dumps(_written(card)).decode()


def card_digest(card: Scorecard) -> str:
    """SHA-256 of the canonical text, in hexadecimal."""
    return hashlib.sha256(card_text(card).encode()).hexdigest()


def read_card(text: str) -> Scorecard:
    """The card a text holds. Raises `CardFaulty` with the place of the first fault."""
    try:
        raw = json.loads(text)
    except ValueError as fault:
        raise CardFaulty(
            "text", f"is no JSON ({fault}). Write one with `forbear scoring fit`."
        ) from fault
    if not isinstance(raw, dict) or raw.get("format") != FORMAT:
        raise CardFaulty("format", f"{FORMAT!r} is expected. Write one with `forbear scoring fit`.")
    return Scorecard(
        name=_text(raw, "name"),
        version=_whole(raw, "version"),
        recipe=_text(raw, "recipe"),
        preset=_text(raw, "preset"),
        ids=tuple(_texts(raw, "ids")),
        target=_map(raw, "target"),
        simulated=_truth(raw, "simulated"),
        scale=_scale(_map(raw, "scale")),
        characteristics=tuple(
            _characteristic(one, f"characteristics[{n}]")
            for n, one in enumerate(_list(raw, "characteristics"))
        ),
        calibration=_calibration(raw.get("calibration")),
        interval=_interval(raw.get("interval")),
        training=_map(raw, "training"),
        validation=_map(raw, "validation"),
    )


def _written(card: Scorecard) -> dict[str, Any]:
    calibration, interval = card.calibration, card.interval
    return {
        "format": FORMAT,
        "name": card.name,
        "version": card.version,
        "recipe": card.recipe,
        "preset": card.preset,
        "ids": list(card.ids),
        "target": dict(card.target),
        "simulated": card.simulated,
        "scale": {
            "unit": card.scale.unit,
            "base_points": card.scale.base_points,
            "points_per_doubling": card.scale.points_per_doubling,
        },
        "characteristics": [_written_one(one) for one in card.characteristics],
        "calibration": calibration
        and {
            "method": calibration.method,
            "points": list(calibration.points),
            "ppm": list(calibration.ppm),
        },
        "interval": interval
        and {"level_ppm": interval.level_ppm, "below": interval.below, "above": interval.above},
        "training": dict(card.training),
        "validation": dict(card.validation),
    }


def _written_one(one: Characteristic) -> dict[str, Any]:
    return {
        "name": one.name,
        "axes": [
            {"input": axis.input, "edges": list(axis.edges)}
            if axis.edges is not None
            else {"input": axis.input, "levels": list(axis.levels or ())}
            for axis in one.axes
        ],
        "points": list(one.points),
        "counts": list(one.counts),
        "events": list(one.events),
        "monotone": one.monotone,
        "says": dict(one.says),
        "tells": dict(one.tells),
        "advice": one.advice and dict(one.advice),
    }


def _scale(raw: Mapping[str, Any]) -> Scale:
    unit = raw.get("unit", "odds")
    if unit not in ("odds", "minor"):
        raise CardFaulty("scale.unit", f'"odds" or "minor" is expected, got {unit!r}.')
    doubling = _whole(raw, "points_per_doubling", "scale.")
    if doubling < 1:
        raise CardFaulty("scale.points_per_doubling", "is at least 1.")
    return Scale(
        base_points=_whole(raw, "base_points", "scale."), unit=unit, points_per_doubling=doubling
    )


def _characteristic(raw: Any, place: str) -> Characteristic:
    if not isinstance(raw, dict):
        raise CardFaulty(place, "a map is expected.")
    monotone = raw.get("monotone")
    if monotone not in (None, "risk_rises", "risk_falls"):
        raise CardFaulty(f"{place}.monotone", '"risk_rises", "risk_falls" or null is expected.')
    advice = raw.get("advice")
    return Characteristic(
        name=_text(raw, "name", f"{place}."),
        axes=tuple(
            _axis(one, f"{place}.axes[{n}]")
            for n, one in enumerate(_list(raw, "axes", f"{place}."))
        ),
        points=_wholes(raw, "points", place),
        counts=_wholes(raw, "counts", place),
        events=_wholes(raw, "events", place),
        monotone=monotone,
        says=_words(raw.get("says"), f"{place}.says"),
        tells=_words(raw.get("tells"), f"{place}.tells"),
        advice=None if advice is None else _words(advice, f"{place}.advice"),
    )


def _axis(raw: Any, place: str) -> Axis:
    if not isinstance(raw, dict) or not isinstance(raw.get("input"), str):
        raise CardFaulty(place, "a map with an input is expected.")
    edges, levels = raw.get("edges"), raw.get("levels")
    if edges is not None and not _are(edges, int, float):
        raise CardFaulty(f"{place}.edges", "a list of numbers is expected.")
    if levels is not None and not _are(levels, str):
        raise CardFaulty(f"{place}.levels", "a list of texts is expected.")
    return Axis(
        input=raw["input"],
        edges=None if edges is None else tuple(float(edge) for edge in edges),
        levels=None if levels is None else tuple(levels),
    )


def _calibration(raw: Any) -> Calibration | None:
    if raw is None:
        return None
    if not isinstance(raw, dict):
        raise CardFaulty("calibration", "a map is expected.")
    return Calibration(
        method=_text(raw, "method", "calibration."),
        points=_wholes(raw, "points", "calibration"),
        ppm=_wholes(raw, "ppm", "calibration"),
    )


def _interval(raw: Any) -> AmountInterval | None:
    if raw is None:
        return None
    if not isinstance(raw, dict):
        raise CardFaulty("interval", "a map is expected.")
    names = ("level_ppm", "below", "above")
    level, below, above = (_whole(raw, name, "interval.") for name in names)
    return AmountInterval(level_ppm=level, below=below, above=above)


def _words(raw: Any, place: str) -> Words:
    if (
        not isinstance(raw, dict)
        or sorted(raw) != sorted(LANGUAGES)
        or not _are(list(raw.values()), str)
    ):
        raise CardFaulty(place, f"a text for each of {', '.join(LANGUAGES)} is expected.")
    return raw


def _text(raw: Mapping[str, Any], name: str, before: str = "") -> str:
    value = raw.get(name)
    if not isinstance(value, str) or not value:
        raise CardFaulty(before + name, "a text is expected.")
    return value


def _whole(raw: Mapping[str, Any], name: str, before: str = "") -> int:
    value = raw.get(name)
    if isinstance(value, bool) or not isinstance(value, int):
        raise CardFaulty(before + name, "a whole number is expected.")
    return value


def _truth(raw: Mapping[str, Any], name: str) -> bool:
    value = raw.get(name)
    if not isinstance(value, bool):
        raise CardFaulty(name, "true or false is expected.")
    return value


def _map(raw: Mapping[str, Any], name: str) -> dict[str, Any]:
    value = raw.get(name)
    if not isinstance(value, dict):
        raise CardFaulty(name, "a map is expected.")
    return value


def _list(raw: Mapping[str, Any], name: str, before: str = "") -> list[Any]:
    value = raw.get(name)
    if not isinstance(value, list):
        raise CardFaulty(before + name, "a list is expected.")
    return value


def _texts(raw: Mapping[str, Any], name: str) -> Sequence[str]:
    value = _list(raw, name)
    if not _are(value, str):
        raise CardFaulty(name, "a list of texts is expected.")
    return value


def _wholes(raw: Mapping[str, Any], name: str, place: str) -> tuple[int, ...]:
    value = _list(raw, name, f"{place}.")
    if not _are(value, int):
        raise CardFaulty(f"{place}.{name}", "a list of whole numbers is expected.")
    return tuple(value)


def _are(values: Any, *kinds: type) -> bool:
    return isinstance(values, list) and all(
        isinstance(value, kinds) and not isinstance(value, bool) for value in values
    )
