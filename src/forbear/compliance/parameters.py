"""Parameters: numbers the law set, dated, with unit, source and day of last check.

A parameter file holds one or more names; each has a unit and a list of values with the day
from which they hold (the shape of openfisca-france). Reading refuses a file without source,
unit or date, and values whose dates repeat.
"""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from forbear.primitives.errors import RequestRefused


class ParameterFaulty(RequestRefused):
    """A parameter file that cannot be relied on: says file, name and what is missing."""

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
    """A number of the law: name, unit, its values by date."""

    name: str
    unit: str
    values: tuple[DatedValue, ...]

    def at(self, day: date) -> int:
        """The value in force on `day`; raises `ParameterFaulty` before the first."""
        in_force = [v for v in self.values if v.from_on <= day]
        if not in_force:
            raise ParameterFaulty(
                f"{self.name} has no value on {day}: its first is from {self.values[0].from_on}."
            )
        return in_force[-1].value


def read_parameters(path: Path) -> dict[str, Parameter]:
    """Every parameter of one YAML file, by name. Raises `ParameterFaulty`."""
    raw: dict[str, dict[str, Any]] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return {name: _parameter(path, name, body) for name, body in raw.items()}


def _parameter(path: Path, name: str, body: dict[str, Any]) -> Parameter:
    try:
        values = tuple(
            DatedValue(
                from_on=entry["from"],
                value=_minutes(entry["value"]) if body["unit"] == "minute" else int(entry["value"]),
                source=entry["source"],
                last_checked_on=entry["last_checked"],
            )
            for entry in body["values"]
        )
        unit = body["unit"]
    except (KeyError, TypeError, ValueError) as error:
        raise ParameterFaulty(
            f"{path.name}: {name}: {error!r}; each value needs from, value, source, last_checked."
        ) from error
    dates = [v.from_on for v in values]
    if not values or dates != sorted(set(dates)):
        raise ParameterFaulty(f"{path.name}: {name}: dates must rise and not repeat.")
    return Parameter(name, unit, values)


def _minutes(clock: str) -> int:
    """Minute of the day of a quoted clock time such as "22:00"."""
    hour, minute = clock.split(":")
    return int(hour) * 60 + int(minute)
