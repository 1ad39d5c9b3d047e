"""How numbers and bytes are spelled in notes, checkpoints, proofs and keys: one spelling each.

A second spelling of the same value would be a change that nobody can see.
"""

import base64
import binascii
import re

_DECIMAL = re.compile(r"0|[1-9][0-9]*")
_MAX_DIGITS = 20  # of 2^64


def exact_base64(text: str) -> bytes | None:
    """The bytes of a base64 text (RFC 4648 section 4); None unless it is their one spelling.

    >>> exact_base64("YQ=="), exact_base64("YR==")
    (b'a', None)
    """
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError):
        return None
    return data if base64_text(data) == text else None


def base64_text(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def exact_decimal(text: str) -> int | None:
    """The whole number from 0 to 2^64 - 1 a text spells without leading zeroes; else None.

    >>> exact_decimal("10"), exact_decimal("010"), exact_decimal("-1")
    (10, None, None)
    """
    if len(text) > _MAX_DIGITS or not _DECIMAL.fullmatch(text):
        return None
    value = int(text)
    return value if value < 2**64 else None


def control_character(text: str) -> str | None:
    """The first character below U+0020 other than newline; None if there is none."""
    return next((one for one in text if one < " " and one != "\n"), None)


def is_key_name(name: str) -> bool:
    """Whether signed notes allow this name of a key: not empty, no Unicode space, no plus."""
    return (
        bool(name)
        and "+" not in name
        and is_utf8(name)
        and not any(one.isspace() or one < " " for one in name)
    )


def is_utf8(text: str) -> bool:
    """Whether the text can be written as UTF-8 (half of a surrogate pair cannot)."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
