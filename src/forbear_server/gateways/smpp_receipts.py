"""What a deliver_sm says: the centre's word about a part of ours, or something a person wrote.

Only esm_class or the optional field tell a receipt: a borrower who writes "id:1 stat:DELIVRD"
has written a message. Long inbound messages are put together before they are handed on; parts
that stay alone are handed on as they are, so that a stop word is heard either way.
"""

import hashlib
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from forbear.contact.dispatch import Inbound, Receipt, ReceiptStatus
from forbear_server.gateways.addresses import heard_number
from forbear_server.gateways.smpp_pdus import (
    MESSAGE_STATE,
    RECEIPTED_MESSAGE_ID,
    SAR_NUMBER,
    SAR_REFERENCE,
    SAR_TOTAL,
    USER_MESSAGE_REFERENCE,
    Delivery,
)  # fmt: skip
from forbear_server.gateways.smpp_texts import ESM_UDHI, text_of

_MESSAGE_TYPE, _TON_INTERNATIONAL = 0x3C, 1
_STATES = {
    1: ("enroute", ReceiptStatus.ACCEPTED), 2: ("delivrd", ReceiptStatus.DELIVERED),
    3: ("expired", ReceiptStatus.UNDELIVERED), 4: ("deleted", ReceiptStatus.UNDELIVERED),
    5: ("undeliv", ReceiptStatus.UNDELIVERED), 6: ("acceptd", ReceiptStatus.ACCEPTED),
    7: ("unknown", ReceiptStatus.UNKNOWN), 8: ("rejectd", ReceiptStatus.UNDELIVERED),
}  # fmt: skip
_WORDS = dict(_STATES.values())
_ID = re.compile(r"\bid:(\S+)", re.I)
_STAT = re.compile(r"\bstat:(\w+)", re.I)
_ERR = re.compile(r"\berr:(\w+)", re.I)
_DONE = re.compile(r"\bdone date:(\d{10}(?:\d\d)?)", re.I)


@dataclass(frozen=True, slots=True)
class Reading:
    """How one centre writes: its default alphabet, its ids in receipts, its clock's zone.

    `receipt_ids`: `same`, or `decimal_of_hex` where the answer to a submit names an id in
    hexadecimal and the receipt the same in decimal, or `hex_of_decimal`.
    """

    sender: str
    default_alphabet: str = "gsm"
    receipt_ids: str = "same"
    clock_zone: str = "Asia/Shanghai"


def is_receipt(delivery: Delivery) -> bool:
    """Whether the centre speaks, not a person."""
    return bool(delivery.esm_class & _MESSAGE_TYPE) or RECEIPTED_MESSAGE_ID in delivery.options


def read_receipt(delivery: Delivery, reading: Reading, *, now: datetime) -> Receipt:
    """The receipt in our words; a form nobody can read is UNKNOWN, never DELIVERED."""
    text = delivery.octets.decode("latin-1").replace("\0", " ")
    tlv_id = delivery.options.get(RECEIPTED_MESSAGE_ID, b"").partition(b"\0")[0].decode("latin-1")
    written = match[1] if (match := _ID.search(text)) else ""
    word = match[1].lower() if (match := _STAT.search(text)) else ""
    state = delivery.number(MESSAGE_STATE)
    word, status = _STATES.get(state or 0, (word, _WORDS.get(word, ReceiptStatus.UNKNOWN)))
    error = match[1].lower() if (match := _ERR.search(text)) else ""
    reason = "" if status is ReceiptStatus.DELIVERED else word or "unreadable"
    return Receipt(
        sender=reading.sender,
        channel_id=tlv_id or _submitted_id(written, reading.receipt_ids),
        status=status,
        at=_done_at(text, reading.clock_zone, now),
        reason=f"{reason}:{error}" if reason and error.strip("0") else reason,
        reference=delivery.number(USER_MESSAGE_REFERENCE),
        address=_other_end(delivery),
    )


def read_inbound(parts: list[Delivery], reading: Reading, *, now: datetime) -> Inbound:
    """What a person wrote, its parts in order. Its id is the hash of what was told within the hour.

    SMPP gives an inbound message no id. The same words from the same number in the same hour are
    taken for one message told twice; told across the hour's turn they count as two, which harms
    nobody: a stop word stops once.
    """
    first = parts[0]
    octets = [_split_udh(part)[1] for part in parts]
    told = b"".join((
        f"{first.source}\n{first.destination}\n{first.data_coding}\n{now:%Y%m%d%H}\n".encode(),
        *octets,
    ))  # fmt: skip
    return Inbound(
        sender=reading.sender,
        channel_id=f"mo-{hashlib.sha256(told).hexdigest()[:32]}",
        address=_other_end(first),
        text=text_of(
            b"".join(octets), first.data_coding, default_alphabet=reading.default_alphabet
        ),
        at=now,
    )


@dataclass(slots=True)
class Puzzle:
    """Long inbound messages whose parts are still coming, by (source, destination, reference).

    A part waits `patience` seconds for the others: centres that tell one part at a time tell the
    next only when the first is answered, and it is answered only once it is kept.
    """

    patience: float
    _open: dict[tuple[str, str, int, int], tuple[float, dict[int, Delivery]]] = field(
        default_factory=dict
    )

    def add(self, delivery: Delivery, *, clock: float) -> list[Delivery]:
        """All parts in order once this one completes them, or the message itself; else nothing."""
        place = part_place(delivery)
        if place is None:
            return [delivery]
        reference, total, number = place
        key = (delivery.source, delivery.destination, reference, total)
        _, parts = self._open.setdefault(key, (clock, {}))
        parts[number] = delivery
        if len(parts) < total:
            return []
        del self._open[key]
        return [parts[n] for n in sorted(parts)]

    def waited_out(self, *, clock: float) -> list[list[Delivery]]:
        """Messages that waited long enough, each with the parts that came."""
        late = [k for k, (since, _) in self._open.items() if clock - since >= self.patience]
        found = [self._open.pop(key)[1] for key in late]
        return [[parts[n] for n in sorted(parts)] for parts in found]

    def forget(self) -> None:
        """The link is lost: the centre tells every unanswered part again."""
        self._open.clear()


def part_place(delivery: Delivery) -> tuple[int, int, int] | None:
    """(reference, total, number) of a part of a long message; None for a message by itself."""
    udh, _ = _split_udh(delivery)
    at = 1
    while at + 1 < len(udh):
        kind, size = udh[at], udh[at + 1]
        value = udh[at + 2 : at + 2 + size]
        if kind == 0 and size == 3:
            return _sound(value[0], value[1], value[2])
        if kind == 8 and size == 4:
            return _sound(int.from_bytes(value[:2], "big"), value[2], value[3])
        at += 2 + size
    total, number = delivery.number(SAR_TOTAL), delivery.number(SAR_NUMBER)
    if total and number:
        return _sound(delivery.number(SAR_REFERENCE) or 0, total, number)
    return None


def _sound(reference: int, total: int, number: int) -> tuple[int, int, int] | None:
    return (reference, total, number) if total > 1 and 1 <= number <= total else None


def _split_udh(delivery: Delivery) -> tuple[bytes, bytes]:
    octets = delivery.octets
    if not delivery.esm_class & ESM_UDHI or not octets or octets[0] + 1 > len(octets):
        return b"", octets
    return octets[: octets[0] + 1], octets[octets[0] + 1 :]


def _other_end(delivery: Delivery) -> str:
    is_international = delivery.source_ton == _TON_INTERNATIONAL
    return heard_number(delivery.source, is_international=is_international)


def _submitted_id(written: str, form: str) -> str:
    """The id as the answer to the submit named it.

    >>> _submitted_id("0000006699", "decimal_of_hex"), _submitted_id("1A2B", "hex_of_decimal")
    ('1a2b', '6699')
    """
    try:
        if form == "decimal_of_hex":
            return f"{int(written, 10):x}"
        if form == "hex_of_decimal":
            return str(int(written, 16))
    except ValueError:
        return written
    return written


def _done_at(text: str, zone: str, now: datetime) -> datetime:
    """The centre's own moment, where it names one; of the current minute, `now` is finer."""
    match = _DONE.search(text)
    if match is None:
        return now
    year, month, day, hour, minute, second = (
        int(match[1][i : i + 2] or 0) for i in range(0, 12, 2)
    )
    try:
        told = datetime(2000 + year, month, day, hour, minute, second, tzinfo=ZoneInfo(zone))
    except ValueError:
        return now
    return now if timedelta(0) <= now - told < timedelta(minutes=1) else told.astimezone(UTC)
