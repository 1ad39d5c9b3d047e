"""Reads a reward policy's text: YAML with the line of every key, so that a fault names its place."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from forbear.scoring.errors import ScoringRefused


@dataclass(frozen=True, slots=True)
class Place:
    """Where in which file something stands."""

    file: str
    line: int

    def refusal(self, code: str, what: str, remedy: str) -> ScoringRefused:
        """The refusal that names file, line, fault and remedy."""
        return ScoringRefused(code, f"{self.file} line {self.line}: {what}; {remedy}.")


@dataclass(frozen=True, slots=True)
class Entry:
    """A mapping of the file with the line of each of its keys."""

    place: Place
    values: Mapping[str, Any]
    lines: Mapping[str, int]

    def at(self, key: str) -> Place:
        """Where a key stands; the entry itself when it does not."""
        return Place(self.place.file, self.lines.get(key, self.place.line))


def read_entries(text: str, *, file: str) -> Entry:
    """The whole file as an entry whose mappings are entries too. Raises `ScoringRefused`."""
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        raise Place(file, line).refusal(
            "reward-policy-faulty", "this is not YAML", "check indentation, colons and quotes"
        ) from None
    if not isinstance(root, yaml.MappingNode):
        raise Place(file, 1).refusal(
            "reward-policy-faulty", "the file holds no policy", "write `format: forbear-rewards/1`"
        )
    made = _value(root, file)
    if not isinstance(made, Entry):
        raise Place(file, 1).refusal("reward-policy-faulty", "no mapping", "write keys and values")
    return made


def _value(node: yaml.Node, file: str) -> Any:
    if isinstance(node, yaml.MappingNode):
        return _entry(node, file)
    if isinstance(node, yaml.SequenceNode):
        return [_value(one, file) for one in node.value]
    return yaml.SafeLoader("").construct_object(node)


def _entry(node: yaml.MappingNode, file: str) -> Entry:
    values: dict[str, Any] = {}
    lines: dict[str, int] = {}
    for key, value in node.value:
        place = Place(file, key.start_mark.line + 1)
        if key.value in values:
            raise place.refusal(
                "reward-policy-faulty", f"{key.value} stands twice", "keep one of them"
            )
        values[key.value] = _value(value, file)
        lines[key.value] = place.line
    return Entry(Place(file, node.start_mark.line + 1), values, lines)
