"""The two PDUs that come by the thousand, read and written by hand; smpplib does the session's.

smpplib builds a PDU field by field through attributes and lists (and drops the last octet of an
optional string that carries no NUL, which many centres send). Field order and codes: SMPP 3.4
issue 1.2, sections 4.4.1 (submit_sm), 4.6.1 (deliver_sm), 5.1.3 (errors), 5.3 (optional).
"""

import struct
from dataclasses import dataclass
from datetime import UTC, datetime

from smpplib import consts  # type: ignore[import-untyped]

from forbear.contact.dispatch import Fate
from forbear_server.gateways.smpp_texts import Part

SUBMIT_SM, DELIVER_SM, DATA_SM = 0x00000004, 0x00000005, 0x00000103
UNBIND, ENQUIRE_LINK, GENERIC_NACK = 0x00000006, 0x00000015, 0x80000000
RESPONSE = 0x80000000
RECEIPTED_MESSAGE_ID, MESSAGE_STATE, MESSAGE_PAYLOAD = 0x001E, 0x0427, 0x0424
USER_MESSAGE_REFERENCE = 0x0204
SAR_REFERENCE, SAR_TOTAL, SAR_NUMBER = 0x020C, 0x020E, 0x020F
HEADER = struct.Struct(">LLLL")
LARGEST_PDU = 65536
THROTTLED = frozenset({consts.SMPP_ESME_RTHROTTLED, consts.SMPP_ESME_RMSGQFUL})
# The centre's own trouble, or a session it forgot: nothing was taken, another time may do.
_PASSING = THROTTLED | {
    consts.SMPP_ESME_RSYSERR, consts.SMPP_ESME_RX_T_APPN, consts.SMPP_ESME_RINVBNDSTS,
}  # fmt: skip
_NAMES = {
    value: name.removeprefix("SMPP_ESME_").lower()
    for name, value in vars(consts).items()
    if name.startswith("SMPP_ESME_")
}


class BrokenPdu(Exception):
    """Octets that are no PDU: the link is given up and built again."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """A deliver_sm or data_sm as it came: a receipt, or something a person wrote."""

    command: int
    sequence: int
    source: str
    source_ton: int
    destination: str
    esm_class: int
    data_coding: int
    octets: bytes
    options: dict[int, bytes]

    def number(self, tag: int) -> int | None:
        """The whole number of an optional field; None where it was not sent."""
        octets = self.options.get(tag)
        return int.from_bytes(octets, "big") if octets else None


def bare(command: int, sequence: int, status: int = 0) -> bytes:
    """A PDU of a header only: enquire_link, unbind and most responses.

    >>> bare(ENQUIRE_LINK, 7).hex()
    '00000010000000150000000000000007'
    """
    return HEADER.pack(16, command, status, sequence)


def delivery_response(delivery_command: int, sequence: int) -> bytes:
    """The answer that ends the telling: an empty message id (sections 4.6.2, 4.7.2)."""
    return HEADER.pack(17, delivery_command | RESPONSE, 0, sequence) + b"\0"


def submit_head(*, source: str, ton: int, npi: int, service_type: str = "") -> bytes:
    """What every submit_sm of one sender begins with."""
    return service_type.encode("ascii") + bytes((0, ton, npi)) + source.encode("ascii") + b"\0"


def submit_body(
    head: bytes, *, number: str, ton: int, part: Part, reference: int, expires: bytes
) -> bytes:
    """All of a submit_sm behind its header; a receipt is asked for, the reference goes along."""
    return b"".join((
        head,
        bytes((ton, 1)),
        number.encode("ascii"),
        bytes((0, part.esm_class, 0, 0, 0)),
        expires,
        bytes((0, 1, 0, part.data_coding, 0, len(part.octets))),
        part.octets,
        struct.pack(">HHH", USER_MESSAGE_REFERENCE, 2, reference),
    ))  # fmt: skip


def absolute_time(moment: datetime) -> bytes:
    """A moment as SMPP writes it, in UTC (section 7.1.1).

    >>> absolute_time(datetime(2026, 11, 22, 14, 0, tzinfo=UTC))
    b'261122140000000+'
    """
    return moment.astimezone(UTC).strftime("%y%m%d%H%M%S000+").encode("ascii")


def answer_fate(status: int) -> tuple[Fate, str]:
    """What a status other than 0 means for the message, and its code in lower case.

    >>> answer_fate(0x58), answer_fate(0x0A)
    ((<Fate.BUSY: 'busy'>, 'rthrottled'), (<Fate.REFUSED: 'refused'>, 'rinvsrcadr'))
    """
    name = _NAMES.get(status, f"status_{status:08x}")
    return (Fate.BUSY if status in _PASSING else Fate.REFUSED), name


def read_delivery(pdu: bytes) -> Delivery:
    """A deliver_sm or data_sm read; raises `BrokenPdu` where its fields do not fit."""
    try:
        return _read_delivery(pdu)
    except (IndexError, ValueError, struct.error) as fault:
        raise BrokenPdu("A delivery whose fields do not fit its length.") from fault


def _read_delivery(pdu: bytes) -> Delivery:
    _, command, _, sequence = HEADER.unpack_from(pdu)
    at = pdu.index(0, 16) + 1
    source_ton, end = pdu[at], pdu.index(0, at + 2)
    source = pdu[at + 2 : end].decode("latin-1")
    at, end = end + 1, pdu.index(0, end + 3)
    destination = pdu[at + 2 : end].decode("latin-1")
    esm_class = pdu[end + 1]
    if command == DATA_SM:
        data_coding, octets, at = pdu[end + 3], b"", end + 4
    else:
        at = pdu.index(0, end + 4) + 1
        at = pdu.index(0, at) + 1
        data_coding, length = pdu[at + 2], pdu[at + 4]
        octets, at = pdu[at + 5 : at + 5 + length], at + 5 + length
    options: dict[int, bytes] = {}
    while at < len(pdu):
        tag, size = struct.unpack_from(">HH", pdu, at)
        options[tag] = pdu[at + 4 : at + 4 + size]
        at += 4 + size
    if at != len(pdu):
        raise ValueError("an optional field runs over the end")
    octets = options.get(MESSAGE_PAYLOAD, b"") or octets
    return Delivery(
        command, sequence, source, source_ton, destination, esm_class, data_coding, octets, options
    )
