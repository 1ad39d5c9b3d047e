"""How a text is cut into parts, counted by hand from 3GPP TS 23.038 and TS 23.040."""

import pytest

from forbear_server.gateways.smpp_texts import Part, parts_of, text_of


def units(text: str) -> list[int]:
    """Octets of text in each part, without the header of six."""
    parts = parts_of(text, reference=1)
    return [len(p.octets) - (6 if p.esm_class else 0) for p in parts]


@pytest.mark.parametrize(
    ("text", "octets"),
    [
        ("a" * 160, [160]),
        ("a" * 161, [153, 8]),
        ("a" * 307, [153, 153, 1]),
        ("好" * 70, [140]),
        ("好" * 71, [134, 8]),
        ("好" * 135, [134, 134, 2]),
        # one letter that GSM-7 has not makes the whole text UCS2
        ("a" * 70 + "好", [134, 8]),
        # a euro takes two septets: 79 of them and two letters are 160, with one more the 77th would straddle
        ("€" * 79 + "ab", [160]),
        ("€" * 79 + "abc", [152, 9]),
    ],
)
def test_parts_hold_160_and_153_or_70_and_67_units(text: str, octets: list[int]) -> None:
    assert units(text) == octets


def test_an_emoji_is_never_cut_in_two() -> None:
    text = "好" * 66 + "🙏" + "好" * 10  # the emoji would stand at units 67 and 68
    first, second = parts_of(text, reference=1)
    assert len(first.octets) == 6 + 132
    assert first.octets[6:].decode("utf-16-be") == "好" * 66
    assert second.octets[6:].decode("utf-16-be") == "🙏" + "好" * 10


def test_an_escaped_character_is_never_cut_in_two() -> None:
    text = "a" * 152 + "€" + "b" * 20  # the euro would stand at septets 153 and 154
    first, second = parts_of(text, reference=1)
    assert first.octets[6:] == b"a" * 152
    assert second.octets[6:] == b"\x1b\x65" + b"b" * 20


def test_the_header_counts_the_parts_and_ties_them_by_the_reference() -> None:
    first, second = parts_of("好" * 71, reference=0x1234)
    assert first.octets[:6].hex() == "050003340201"
    assert second.octets[:6].hex() == "050003340202"
    assert (first.esm_class, first.data_coding) == (0x40, 8)


def test_a_channel_that_reads_no_gsm_gets_ucs2() -> None:
    assert parts_of("TD", reference=1, default_alphabet="none") == (Part(b"\0T\0D", 8, 0),)


@pytest.mark.parametrize(
    ("octets", "coding", "text"),
    [
        (b"\x00TD", 0, "@TD"),
        (b"\x1b\x65 5", 0, "€ 5"),
        (b"STOP", 1, "STOP"),
        ("é".encode("latin-1"), 3, "é"),
        ("退订🙏".encode("utf-16-be"), 8, "退订🙏"),
        ("退订".encode("utf-16-be") + b"\x90", 8, "退订\ufffd"),
        ("退订".encode("gb18030"), 15, "退订"),
        ("退订".encode("utf-16-be"), 0x18, "退订"),
    ],
)
def test_inbound_octets_are_read_by_their_coding(octets: bytes, coding: int, text: str) -> None:
    assert text_of(octets, coding) == text


def test_a_nul_in_an_inbound_text_is_left_out() -> None:
    assert text_of("退\0订".encode("utf-16-be"), 8) == "退订"


def test_every_text_comes_back_as_it_went() -> None:
    for text in ("{[~]}\\|^€ @£$", "您好🙏" * 60, "ÄÖÜ àéù §"):
        parts = parts_of(text, reference=9)
        octets = b"".join(p.octets[6:] if p.esm_class else p.octets for p in parts)
        assert text_of(octets, parts[0].data_coding) == text
