"""The model card of a score card: what it is for, on what it rests, and where it must not be used.

Everything comes from the card's own text; nothing is computed anew, so two readers of one card read
one model card. Markdown, or one HTML page that needs nothing else and runs nothing.
"""

from collections.abc import Iterator, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import cache
from importlib import resources
from itertools import product
from typing import Any

import yaml

from forbear.scoring.axes import Axis
from forbear.scoring.card_texts import card_digest
from forbear.scoring.cards import WHOLE, Characteristic, Scorecard
from forbear.scoring.fairness import LEAST_ROWS
from forbear.scoring.model_card_blocks import (
    Block,
    Bullets,
    Heading,
    Paragraph,
    Table,
    markdown,
    page,
)
from forbear.scoring.stability import level_of

MEASURES = ("auc", "ks", "brier", "brier_skill", "ece", "slope", "intercept")


def model_card_markdown(card: Scorecard, *, language: str = "zh-Hans") -> str:
    """The model card as Markdown, in "zh-Hans" or "en"."""
    return markdown(list(_blocks(card, language)))


def model_card_html(card: Scorecard, *, language: str = "zh-Hans") -> str:
    """The model card as one HTML page without script, in "zh-Hans" or "en"."""
    title = _Words(language).say("title", name=card.name, version=card.version)
    return page(list(_blocks(card, language)), title=title, language=language)


class _Words:
    """The fixed words in one language."""

    def __init__(self, language: str) -> None:
        self.language = language

    def say(self, key: str, **filled: object) -> str:
        """A fixed sentence."""
        return str(_raw()[key][self.language]).format(**filled)

    def many(self, key: str) -> tuple[str, ...]:
        """A fixed list."""
        return tuple(_raw()[key][self.language])

    def of(self, words: Mapping[str, str] | None, otherwise: str = "") -> str:
        """The card's own words in this language."""
        return otherwise if not words else words.get(self.language, otherwise)


def _blocks(card: Scorecard, language: str) -> Iterator[Block]:
    words = _Words(language)
    yield Heading(1, words.say("title", name=card.name, version=card.version))
    if card.simulated:
        yield Paragraph(words.say("simulated"), is_warning=True)
    yield from _purpose(card, words)
    yield from _data(card, words)
    yield from _points(card, words)
    yield from _figures(card, words)
    yield from _drift_and_groups(card, words)
    yield Heading(2, words.say("limits"))
    yield Bullets(words.many("limits_list"))


def _purpose(card: Scorecard, words: _Words) -> Iterator[Block]:
    yield Heading(2, words.say("purpose"))
    event = words.of(card.target.get("says"), str(card.target.get("event", "")))
    facts = [
        ("predicts", event),
        ("recipe", card.recipe),
        ("preset", card.preset),
        ("digest", card_digest(card)),
    ]
    yield _facts(words, "card_facts", facts)
    how = "adds_up" if card.scale.unit == "odds" else "adds_minor"
    scale = card.scale
    yield Paragraph(words.say(how, base=scale.base_points, doubling=scale.points_per_doubling))
    if card.interval is not None:
        told = card.interval
        share = told.level_ppm * 100 // WHOLE
        yield Paragraph(words.say("interval", level=share, below=told.below, above=told.above))
    yield Heading(2, words.say("must_not"))
    yield Bullets(words.many("must_not_list"))


def _data(card: Scorecard, words: _Words) -> Iterator[Block]:
    yield Heading(2, words.say("data"))
    training, validation = card.training, card.validation
    keys = ("rows", "events", "persons", "from", "until", "seed", "data_digest")
    yield _facts(words, "trained", [(key, training.get(key)) for key in keys])
    kind = str(validation.get("kind", ""))
    told = words.say(kind) if kind in ("out_of_time", "grouped") else kind
    measured = ("rows", "events", "from", "until")
    yield _facts(
        words, "validated", [("kind", told), *((key, validation.get(key)) for key in measured)]
    )
    libraries = tuple((str(k), str(v)) for k, v in sorted(_map(training.get("libraries")).items()))
    if libraries:
        head = (words.say("what"), words.say("value"))
        yield Table(words.say("libraries"), head, libraries)
    left = [
        (str(one.get("column", "")), words.say(what) + str(one.get("reason", "")))
        for what in ("refused", "dropped")
        for one in _maps(training.get(what))
    ]
    yield from _table(words, "left_out", ("column", "why"), left)
    notes = [(str(k), _told(v)) for k, v in sorted(_map(training.get("notes")).items())]
    if notes:
        yield from _table(words, "notes", ("what", "value"), notes)
    allowed = [(str(k), str(v)) for k, v in sorted(_map(training.get("allowed")).items())]
    if allowed:
        yield from _table(words, "allowed", ("column", "why"), allowed)


def _points(card: Scorecard, words: _Words) -> Iterator[Block]:
    yield Heading(2, words.say("table"))
    for one in sorted(card.characteristics, key=lambda c: min(c.points)):
        sentence = words.of(one.says, one.name)
        yield Table(
            f"{one.name}: {sentence}",
            tuple(words.say(key) for key in ("place", "points", "count", "bad")),
            tuple(_places(one, words)),
        )
        notes = [words.say("borrower") + words.of(one.tells)] if one.tells else []
        if one.monotone is not None:
            notes.append(words.say(one.monotone))
        if notes:
            yield Bullets(tuple(notes))


def _places(one: Characteristic, words: _Words) -> Iterator[tuple[str, ...]]:
    every = product(*([_place(axis, n, words) for n in range(axis.places)] for axis in one.axes))
    for n, labels in enumerate(every):
        count = one.counts[n] if one.counts else None
        is_known = count is not None and bool(one.events) and count >= LEAST_ROWS
        yield (
            " · ".join(labels),
            str(one.points[n]),
            "" if count is None else str(count),
            _percent(one.events[n] * WHOLE // count) if is_known and count else "",
        )


def _place(axis: Axis, place: int, words: _Words) -> str:
    if place == axis.missing:
        return words.say("missing")
    if axis.levels is not None:
        return axis.levels[place] if place < len(axis.levels) else words.say("other")
    low, high = axis.bounds(place)
    if low is None and high is None:
        return words.say("anything")
    if low is None:
        return f"< {high:.6g}"
    return f"≥ {low:.6g}" if high is None else f"{low:.6g} – < {high:.6g}"


def _figures(card: Scorecard, words: _Words) -> Iterator[Block]:
    yield Heading(2, words.say("figures"))
    told = _map(card.validation.get("measures"))
    rows = [(words.say(code), *_interval(told[code])) for code in MEASURES if code in told]
    rows += [(str(code), *_interval(told[code])) for code in told if code not in MEASURES]
    yield from _table(words, "measured", ("measure", "value", "low", "high"), rows)
    others = [
        (str(name), _interval(_map(one).get("auc"))[0], *_interval(_map(one).get("difference")))
        for name, one in sorted(_map(card.validation.get("challengers")).items())
    ]
    if others:
        head = ("model", "auc", "difference", "low", "high")
        yield from _table(words, "challengers", head, others)
    if card.scale.unit == "odds":
        bands = [
            (
                *(
                    _percent(one.get(f"{key}_ppm"))
                    for key in ("predicted", "observed", "low", "high")
                ),
                str(one.get("n", "")),
            )
            for one in _maps(card.validation.get("reliability"))
        ]
        head = ("predicted", "observed", "low", "high", "rows")
        yield from _table(words, "reliability", head, bands)
    capacity = [(str(k), _told(v)) for k, v in _map(card.validation.get("capacity")).items()]
    if capacity:
        yield from _table(words, "capacity", ("what", "value"), capacity)


def _drift_and_groups(card: Scorecard, words: _Words) -> Iterator[Block]:
    yield Heading(2, words.say("stability"))
    periods = [
        (str(one.get("period", "")), _short(one.get("psi")), words.say(level_of(str(one["psi"]))))
        for one in _maps(card.validation.get("psi"))
        if one.get("psi") is not None
    ]
    yield from _table(words, "psi_by_period", ("period", "value", "level"), periods)
    yield Heading(2, words.say("fairness", least=LEAST_ROWS))
    groups = [_group(one, words) for one in _maps(card.validation.get("fairness"))]
    head = ("attribute", "group", "rows", "predicted", "observed", "auc")
    yield from _table(words, "groups", head, groups)


def _group(one: Mapping[str, Any], words: _Words) -> tuple[str, ...]:
    name = (str(one.get("attribute", "")), str(one.get("group", "")))
    rows = int(one.get("n", 0))
    if rows < LEAST_ROWS:
        return (*name, words.say("withheld"), "", "", "")
    shares = [_percent(one.get(key)) for key in ("mean_predicted_ppm", "observed_ppm")]
    return (*name, str(rows), *shares, _short(one.get("auc")))


def _facts(words: _Words, caption: str, facts: Sequence[tuple[str, object]]) -> Table:
    rows = tuple((words.say(key), str(value)) for key, value in facts if value not in (None, ""))
    return Table(words.say(caption), (words.say("what"), words.say("value")), rows)


def _table(
    words: _Words, caption: str, head: Sequence[str], rows: Sequence[tuple[str, ...]]
) -> Iterator[Block]:
    """The table, or a sentence that the card tells nothing of it."""
    title = words.say(caption, least=LEAST_ROWS)
    if not rows:
        yield Paragraph(f"{title}: {words.say('none')}")
        return
    yield Table(title, tuple(words.say(key) for key in head), tuple(rows))


def _interval(told: object) -> tuple[str, str, str]:
    if isinstance(told, Mapping):
        return _short(told.get("value")), _short(told.get("low")), _short(told.get("high"))
    return _short(told), "", ""


def _short(told: object) -> str:
    """A ratio of the card rounded half-up to four decimals; a dash where there is none.

    >>> _short("0.729750"), _short("-0.00005"), _short(None), _short("n/a")
    ('0.7298', '-0.0001', '—', 'n/a')
    """
    if told is None:
        return "—"
    try:
        return str(Decimal(str(told)).quantize(Decimal("0.0001"), ROUND_HALF_UP))
    except InvalidOperation:
        return str(told)


def _told(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {_short(one)}" for key, one in value.items())
    return str(value)


def _percent(ppm: object) -> str:
    return f"{int(str(ppm)) / 10_000:.2f} %" if ppm is not None else "—"


def _map(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _maps(value: object) -> list[Mapping[str, Any]]:
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, Sequence) else []


@cache
def _raw() -> dict[str, Any]:
    text = resources.files(__package__).joinpath("model_card_words.yaml")
    return dict(yaml.safe_load(text.read_text(encoding="utf-8")))
