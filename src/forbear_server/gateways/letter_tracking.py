"""Receipts of letters, from the carrier's files: comma-separated, one letter and event a row.

Columns by name, Chinese or English: number 信件编号, status 状态, at 时间, and reason 原因 if there.
A row with a wrong check digit or an unknown word is put aside with its line's number in a file
beside it; the other rows count.
"""

import csv
import io
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from forbear.contact.dispatch import Heard, Receipt, ReceiptStatus
from forbear.primitives.errors import RequestRefused
from forbear_server.gateways.letter_numbers import read_number

_COLUMNS = {
    "number": "number", "信件编号": "number", "status": "status", "状态": "status",
    "at": "at", "时间": "at", "reason": "reason", "原因": "reason",
}  # fmt: skip
_STATUSES = {
    "posted": ReceiptStatus.ACCEPTED, "收寄": ReceiptStatus.ACCEPTED,
    "in_transit": ReceiptStatus.ACCEPTED, "运输中": ReceiptStatus.ACCEPTED,
    "delivered": ReceiptStatus.DELIVERED, "妥投": ReceiptStatus.DELIVERED,
    "returned": ReceiptStatus.UNDELIVERED, "退回": ReceiptStatus.UNDELIVERED,
    "lost": ReceiptStatus.UNDELIVERED, "丢失": ReceiptStatus.UNDELIVERED,
}  # fmt: skip
_REASONS = {
    "": "", "moved": "moved", "迁移新址": "moved", "unknown": "unknown", "查无此人": "unknown",
    "refused": "refused", "拒收": "refused", "no_such_address": "no_such_address",
    "地址不详": "no_such_address", "not_collected": "not_collected", "逾期未领": "not_collected",
}  # fmt: skip


class TrackingFaulty(RequestRefused):
    """A carrier's file without the columns: nothing of it is read."""

    code = "tracking_faulty"


@dataclass(frozen=True, slots=True)
class Tracking:
    """What a file tells: its receipts in order, and for each row put aside a line and why."""

    receipts: tuple[Receipt, ...]
    faults: tuple[str, ...]


def read_tracking_file(path: Path, *, sender: str, zone: str = "Asia/Shanghai") -> Tracking:
    """The receipts of one file; moments without an offset are read in `zone`."""
    octets = path.read_bytes()
    try:
        text = octets.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = octets.decode("gb18030", "replace")
    rows = csv.reader(io.StringIO(text, newline=""))
    try:
        table = [(rows.line_num, row) for row in rows]
    except csv.Error as fault:
        raise TrackingFaulty(f"{path.name}, line {rows.line_num}: {fault}.") from fault
    head = table[0][1] if table else []
    columns = [_COLUMNS.get(name.strip().lower(), "") for name in head]
    if not {"number", "status", "at"} <= set(columns):
        raise TrackingFaulty(
            f"{path.name} has no columns number 信件编号, status 状态 and at 时间. Ask the carrier for "
            "the file with a first line of names."
        )
    receipts, faults = [], []
    for line, row in table[1:]:
        told = dict(zip(columns, row, strict=False))
        if not any(told.values()):
            continue
        try:
            receipts.append(_receipt(told, sender, ZoneInfo(zone)))
        except ValueError as fault:
            faults.append(f"line {line}: {fault}")
    return Tracking(tuple(receipts), tuple(faults))


def _receipt(told: dict[str, str], sender: str, zone: ZoneInfo) -> Receipt:
    number = read_number(told.get("number", ""))
    if number is None:
        raise ValueError("the letter's number is not one of ours; a digit is wrong")
    status = _STATUSES.get(told.get("status", "").strip().lower())
    if status is None:
        raise ValueError(f"an unknown status; known are {', '.join(_STATUSES)}")
    try:
        moment = datetime.fromisoformat(told.get("at", "").strip().replace("/", "-"))
    except ValueError:
        raise ValueError("the moment is none; write 2026-11-22 10:00") from None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=zone)
    reason = _REASONS.get(told.get("reason", "").strip().lower(), "other")
    return Receipt(sender, number, status, moment, reason)


class TrackingFolder:
    """The folder the carrier's files come to; a file goes to `read` once its rows are kept."""

    def __init__(self, folder: Path, sender: str, zone: str) -> None:
        self._folder, self._sender, self._zone = folder, sender, zone
        self._told: set[str] = set()

    def hear(self) -> list[Heard]:
        heard: list[Heard] = []
        for path in sorted(self._folder.glob("*.csv")):
            if path.name in self._told:
                continue
            self._told.add(path.name)
            try:
                tracking = read_tracking_file(path, sender=self._sender, zone=self._zone)
            except TrackingFaulty as faulty:
                tracking = Tracking((), (str(faulty),))
            if tracking.faults:
                lines = "\n".join(tracking.faults) + "\n"
                path.with_suffix(".faults").write_text(lines, encoding="utf-8")
            left = set(range(len(tracking.receipts)))
            heard += [
                Heard(receipt, partial(self._acknowledge, path, left, number))
                for number, receipt in enumerate(tracking.receipts)
            ]
            if not left:
                self._acknowledge(path, left, 0)
        return heard

    def _acknowledge(self, path: Path, left: set[int], number: int) -> None:
        left.discard(number)
        if not left and path.exists():
            (self._folder / "read").mkdir(exist_ok=True)
            path.rename(self._folder / "read" / path.name)
