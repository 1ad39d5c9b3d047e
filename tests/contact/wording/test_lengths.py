"""Parts of short messages, by hand from 3GPP TS 23.038 and 23.040."""

import pytest

from forbear.contact.wording.errors import TextTooLong
from forbear.contact.wording.lengths import SmsEncoding, sms_parts


@pytest.mark.parametrize(
    ("text", "encoding", "units", "parts"),
    [
        ("", "gsm7", 0, 1),
        ("善" * 70, "ucs2", 70, 1),
        ("善" * 71, "ucs2", 71, 2),
        ("善" * 134, "ucs2", 134, 2),
        ("善" * 135, "ucs2", 135, 3),
        ("a" * 160, "gsm7", 160, 1),
        ("a" * 161, "gsm7", 161, 2),
        ("a" * 306, "gsm7", 306, 2),
        ("a" * 307, "gsm7", 307, 3),
        ("€" * 80, "gsm7", 160, 1),  # an extension character counts two
        ("€" * 81, "gsm7", 162, 2),
        ("a" * 152 + "€" * 5, "gsm7", 162, 2),  # € would straddle 153: it begins part two
        ("善" * 66 + "🙂" * 3, "ucs2", 72, 2),  # 66 + 2 > 67: the emoji begins part two
        ("🙂" * 35, "ucs2", 70, 1),
        ("🙂" * 36, "ucs2", 72, 2),  # 33 in a part of 67, one unit stays empty
        ("🙂" * 67, "ucs2", 134, 3),  # 33 + 33 + 1: without splitting a pair it is three
        ("é" * 160, "gsm7", 160, 1),
        ("ê", "ucs2", 1, 1),
    ],
)
def test_units_and_parts(text: str, encoding: str, units: int, parts: int) -> None:
    made = sms_parts(text)
    assert (made.encoding, made.characters, made.units, made.parts) == (
        SmsEncoding(encoding),
        len(text),
        units,
        parts,
    )


def test_the_cost_is_a_price_a_part() -> None:
    assert sms_parts("善" * 135).cost_minor(5) == 15


def test_5000_characters_are_refused() -> None:
    with pytest.raises(TextTooLong) as refused:
        sms_parts("善" * 5_000)
    assert refused.value.code == "text_too_long"
