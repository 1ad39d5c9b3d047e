"""Texts as SMS carry them: GSM-7 or UCS2, cut into parts that no handset shows broken.

A text of the default alphabet has 160 characters in one part and 153 in each of several; any
other is UCS2, 70 and 67 units (3GPP TS 23.038, TS 23.040 section 9.2.3.24). A part never ends
inside an emoji (surrogate pair) nor inside an escaped character of GSM-7.
"""

from dataclasses import dataclass

UDH_OCTETS = 6
ESM_UDHI = 0x40
CODING_DEFAULT, CODING_IA5, CODING_LATIN1, CODING_UCS2, CODING_GBK = 0, 1, 3, 8, 15
MOST_PARTS = 255
_BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_ESCAPED = {0x0A: "\f", 0x14: "^", 0x28: "{", 0x29: "}", 0x2F: "\\", 0x3C: "[", 0x3D: "~",
            0x3E: "]", 0x40: "|", 0x65: "€"}  # fmt: skip
_ESCAPE = 0x1B
_OCTETS = {c: bytes([i]) for i, c in enumerate(_BASIC) if i != _ESCAPE} | {
    c: bytes([_ESCAPE, i]) for i, c in _ESCAPED.items()
}


@dataclass(frozen=True, slots=True)
class Part:
    """One part as it is submitted: its octets (with the UDH, if any), coding and esm_class."""

    octets: bytes
    data_coding: int
    esm_class: int


def parts_of(text: str, *, reference: int, default_alphabet: str = "gsm") -> tuple[Part, ...]:
    """The parts a text is sent as; `reference` ties them together on the handset.

    `default_alphabet` is what the channel reads data_coding 0 as: `gsm`, or `none` if it is not
    to be trusted with it (then everything is UCS2).

    >>> [len(part.octets) for part in parts_of("好" * 71, reference=7)]
    [140, 14]
    """
    if default_alphabet == "gsm" and _OCTETS.keys() >= set(text):
        coding, single, several = CODING_DEFAULT, 160, 153
        whole = b"".join([_OCTETS[c] for c in text])
    else:
        coding, single, several = CODING_UCS2, 140, 134
        whole = text.encode("utf-16-be", "surrogatepass")
    if len(whole) <= single:
        return (Part(whole, coding, 0),)
    pieces = _cut(
        [_OCTETS[c] for c in text]
        if coding == CODING_DEFAULT
        else [c.encode("utf-16-be", "surrogatepass") for c in text],
        several,
    )
    head = bytes((5, 0, 3, reference & 0xFF, len(pieces)))
    return tuple(
        Part(head + bytes((number,)) + piece, coding, ESM_UDHI)
        for number, piece in enumerate(pieces, 1)
    )


def text_of(octets: bytes, data_coding: int, *, default_alphabet: str = "gsm") -> str:
    """What octets of an inbound message say: what cannot be read becomes U+FFFD,
    and NUL, which no column keeps, goes.

    >>> text_of("退订".encode("utf-16-be"), 8), text_of(b"TD", 0)
    ('退订', 'TD')
    """
    return _read(octets, data_coding, default_alphabet).replace("\0", "")


def _read(octets: bytes, data_coding: int, default_alphabet: str) -> str:
    coding = data_coding & 0x0F if data_coding < 0xF0 else data_coding & 0x04
    if coding == CODING_UCS2:
        return octets.decode("utf-16-be", "replace")
    if coding == CODING_GBK:
        return octets.decode("gb18030", "replace")
    if coding == CODING_DEFAULT and default_alphabet == "gsm":
        return _from_gsm(octets)
    if coding == CODING_IA5:
        return octets.decode("ascii", "replace")
    return octets.decode("latin-1")


def _cut(letters: list[bytes], most: int) -> list[bytes]:
    pieces: list[bytes] = []
    piece: list[bytes] = []
    length = 0
    for letter in letters:
        if length + len(letter) > most:
            pieces.append(b"".join(piece))
            piece, length = [], 0
        piece.append(letter)
        length += len(letter)
    return [*pieces, b"".join(piece)]


def _from_gsm(octets: bytes) -> str:
    read, escaped = [], False
    for octet in octets:
        if escaped:
            read.append(_ESCAPED.get(octet, " "))
            escaped = False
        elif octet == _ESCAPE:
            escaped = True
        else:
            read.append(_BASIC[octet] if octet < len(_BASIC) else "\ufffd")
    return "".join(read)
