"""A channel's own list of what it took, read from JSON lines or CSV: what settles a doubt."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from forbear.primitives.errors import RequestRefused
from forbear_server.gateways.addresses import heard_number
from forbear_server.services.receipts import StatementLine

NEEDED = ("message_id", "destination", "user_message_reference")


class StatementFaulty(RequestRefused):
    """The statement cannot be read; the message names file, line and what is missing."""

    code = "statement_faulty"


def read_statement(path: Path) -> list[StatementLine]:
    """Each part the channel took: its id, the number it went to, the reference it carried.

    Raises `StatementFaulty`; a line that cannot be read spoils the list, since what is missing on it
    would be taken for never sent.
    """
    lines = []
    for number, row in _rows(path):
        missing = [name for name in NEEDED if row.get(name) in (None, "")]
        if missing:
            raise StatementFaulty(
                f"{path.name}, line {number}: lacks {', '.join(missing)}. Ask the channel for a "
                "list with message_id, destination and user_message_reference of every part."
            )
        try:
            reference = int(str(row["user_message_reference"]))
        except ValueError as fault:
            raise StatementFaulty(
                f"{path.name}, line {number}: user_message_reference is no number."
            ) from fault
        lines.append(
            StatementLine(
                channel_id=str(row["message_id"]),
                reference=reference,
                address=heard_number(str(row["destination"]), is_international=False),
            )
        )
    return lines


def _rows(path: Path) -> Iterator[tuple[int, Mapping[str, object]]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        if path.suffix.lower() == ".csv":
            yield from enumerate(csv.DictReader(file), start=2)
            return
        for number, line in enumerate(file, start=1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
            except ValueError as fault:
                raise StatementFaulty(f"{path.name}, line {number}: is no JSON.") from fault
            if not isinstance(row, dict):
                raise StatementFaulty(f"{path.name}, line {number}: is no object.")
            yield number, row
