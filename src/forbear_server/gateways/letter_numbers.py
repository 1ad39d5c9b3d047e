"""The number a letter bears: S, eighteen digits and two check digits (ISO 7064, MOD 97-10).

It is made from the message's id, so the same message always has the same number, and one digit
written wrong or two swapped are noticed before a receipt is put to the wrong letter.
"""

import hashlib
import re
from uuid import UUID

_NUMBER = re.compile(r"S(\d{20})", re.ASCII)


def letter_number(message_id: UUID) -> str:
    """The number of a message's letter.

    >>> letter_number(UUID(int=1))
    'S07067421993849773198'
    """
    digest = hashlib.sha256(b"letter\0" + message_id.bytes).digest()
    digits = int.from_bytes(digest[:16], "big") % 10**18
    return f"S{digits:018d}{98 - digits * 100 % 97:02d}"


def printed_number(number: str) -> str:
    """In groups of four, as it stands on the letter.

    >>> printed_number("S07067421993849773198")
    'S 0706 7421 9938 4977 3198'
    """
    return " ".join(["S", *(number[i : i + 4] for i in range(1, len(number), 4))])


def read_number(text: str) -> str | None:
    """The number as we write it, however it was grouped; None where a check digit is wrong.

    >>> read_number("s 0706 7421 9938 4977 3198"), read_number("S 0706 7421 9938 4977 3189")
    ('S07067421993849773198', None)
    """
    number = re.sub(r"[\s-]", "", text).upper()
    match = _NUMBER.fullmatch(number)
    return number if match and int(match[1]) % 97 == 1 else None
