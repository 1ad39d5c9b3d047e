"""Parameters: numbers the law set, dated, with unit, source and day of last check.

A parameter file holds one or more names; each has a unit and a list of values with the day
from which they hold (the shape of openfisca-france). Reading refuses a file without source,
unit or date, and values whose dates repeat or run back. `read_by` names the pure function that
reads a parameter no rule reads.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from forbear.primitives.errors import RequestRefused


class ParameterFaulty(RequestRefused):
    """A parameter that cannot be relied on: says file, name and what is missing."""

    code = "parameter_faulty"


@dataclass(frozen=True, slots=True)
class DatedValue:
    """A value in force from `from_on` until the next one."""

    from_on: date
    value: int
    source: str
    last_checked_on: date


@dataclass(frozen=True, slots=True)
class Parameter:
    """A number of the law: name, unit, its values by date, and what reads it besides rules."""

    name: str
    unit: str
    values: tuple[DatedValue, ...]
    read_by: str | None = None

    def at(self, day: date) -> int:
        """The value in force on `day`; raises `ParameterFaulty` before the first."""
        in_force = [v for v in self.values if v.from_on <= day]
        if not in_force:
            raise ParameterFaulty(
                f"{self.name} has no value on {day}: its first is from {self.values[0].from_on}."
            )
        return in_force[-1].value

    @property
    def bounds(self) -> tuple[int, int]:
        """Least and greatest value of all days."""
        held = [v.value for v in self.values]
        return min(held), max(held)


def parameters_of(file: str, raw: Mapping[str, Any]) -> dict[str, Parameter]:
    """Every parameter of one parsed file, by name. Raises `ParameterFaulty`."""
    return {name: _parameter(file, name, body) for name, body in raw.items()}


def _parameter(file: str, name: str, body: Mapping[str, Any]) -> Parameter:
    try:
        _only(body, {"unit", "values", "read_by"})
        for entry in body["values"]:
            _only(entry, {"from", "value", "source", "last_checked"})
        unit = str(body["unit"])
        values = tuple(
            DatedValue(
                from_on=_day(entry["from"]),
                value=_number(entry["value"], unit),
                source=_said(entry["source"]),
                last_checked_on=_day(entry["last_checked"]),
            )
            for entry in body["values"]
        )
    except (KeyError, TypeError, ValueError) as error:
        raise ParameterFaulty(
            f"{file}: {name}: {error}; needs unit, and for each value from (a day), value (a whole "
            f"number), source, last_checked (a day)."
        ) from error
    dates = [v.from_on for v in values]
    if not values or dates != sorted(set(dates)):
        raise ParameterFaulty(f"{file}: {name}: its dates overlap; let them rise, none twice.")
    return Parameter(name, unit, values, body.get("read_by"))


def _only(body: Mapping[str, Any], known: set[str]) -> None:
    unknown = sorted(str(key) for key in body if key not in known)
    if unknown:
        raise ValueError(f"{', '.join(unknown)}: no such key")


def _day(held: object) -> date:
    if type(held) is not date:
        raise ValueError(f"{held!r} is not a day")
    return held


def _said(held: object) -> str:
    if not isinstance(held, str) or not held.strip():
        raise ValueError("a source is missing")
    return held


def _number(held: object, unit: str) -> int:
    """A whole number; minutes also as a quoted clock time such as "22:00"."""
    if unit == "minute" and isinstance(held, str):
        hour, minute = held.split(":")
        return int(hour) * 60 + int(minute)
    if type(held) is not int:
        raise ValueError(f"{held!r} is not a whole number")
    return held
