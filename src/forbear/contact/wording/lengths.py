"""How long a short message is and how many parts it costs.

A text in the GSM 7-bit alphabet holds 160 units in one message and 153 in each part of several
(3GPP TS 23.038 and 23.040: the header of a part takes seven); characters of its extension table
count two. Any other text goes as UCS-2: 70 units, 67 in a part, and a character outside the basic
plane (most emoji) counts two that are never parted.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from forbear.contact.wording.errors import TextTooLong

LONGEST_TEXT = 2000
GSM_ALPHABET = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_EXTENSION = frozenset("\f^{}\\[~]|€")


class SmsEncoding(StrEnum):
    GSM7 = "gsm7"
    UCS2 = "ucs2"


ROOM = {SmsEncoding.GSM7: (160, 153), SmsEncoding.UCS2: (70, 67)}


@dataclass(frozen=True, slots=True)
class SmsLength:
    """Characters as a reader counts them, units as the network does, and parts as it charges."""

    encoding: SmsEncoding
    characters: int
    units: int
    parts: int

    def cost_minor(self, price_minor: int, /) -> int:
        """What it costs at a price a part."""
        return self.parts * price_minor


def sms_parts(text: str, /) -> SmsLength:
    """Length and parts of a text. Raises `TextTooLong` above 2,000 characters.

    >>> sms_parts("善" * 71)
    SmsLength(encoding=<SmsEncoding.UCS2: 'ucs2'>, characters=71, units=71, parts=2)
    """
    if len(text) > LONGEST_TEXT:
        raise TextTooLong(
            f"The text has {len(text)} characters, at most {LONGEST_TEXT} can be sent. Shorten it."
        )
    encoding = (
        SmsEncoding.GSM7
        if all(one in GSM_ALPHABET or one in GSM_EXTENSION for one in text)
        else SmsEncoding.UCS2
    )
    widths = [_width(one, encoding) for one in text]
    alone, in_part = ROOM[encoding]
    units = sum(widths)
    parts = 1 if units <= alone else _parts(widths, in_part)
    return SmsLength(encoding, len(text), units, parts)


def _width(sign: str, encoding: SmsEncoding) -> int:
    if encoding is SmsEncoding.GSM7:
        return 2 if sign in GSM_EXTENSION else 1
    return 2 if ord(sign) > 0xFFFF else 1


def _parts(widths: list[int], room: int) -> int:
    """Parts when no character is split: a pair that does not fit begins the next part."""
    parts, used = 1, 0
    for width in widths:
        if used + width > room:
            parts, used = parts + 1, 0
        used += width
    return parts
