"""Numbers in every form people write them."""

import pytest

from forbear.contact.dispatch import AddressFaulty
from forbear_server.gateways.addresses import heard_number, sms_address


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("13800138000", "+8613800138000"),
        ("138 0013 8000", "+8613800138000"),
        ("138-0013-8000", "+8613800138000"),
        ("１３８００１３８０００", "+8613800138000"),
        ("+86 138 0013 8000", "+8613800138000"),
        ("＋8613800138000", "+8613800138000"),
        ("+852 5123 4567", "+85251234567"),
        ("+1 (415) 555-0100", "+14155550100"),
    ],
)
def test_a_number_is_written_in_one_form(written: str, number: str) -> None:
    assert sms_address(written) == number


@pytest.mark.parametrize(
    ("written", "advice"),
    [
        ("", "other than digits"),
        ("1380013800O", "other than digits"),
        ("妈妈 13800138000", "other than digits"),
        ("13800138000,13900139000", "other than digits"),
        ("10086", "short or service number"),
        ("95588", "short or service number"),
        ("4008001234", "short or service number"),
        ("10690000", "short or service number"),
        ("01088886666", "fixed line"),
        ("+861088886666", "fixed line"),
        ("8613800138000", "begins with +"),
        ("008613800138000", "begins with +"),
        ("0014155550100", "begins with +"),
        ("12800138000", "no mainland mobile number"),
        ("1380013800", "no mainland mobile number"),
        ("+123456", "no international one"),
        ("+0123456789", "no international one"),
    ],
)
def test_what_takes_no_sms_is_refused_without_repeating_the_number(
    written: str, advice: str
) -> None:
    with pytest.raises(AddressFaulty, match=advice.replace("+", r"\+")) as refused:
        sms_address(written)
    assert refused.value.code == "address_faulty"
    assert not written or written not in str(refused.value)


def test_abroad_only_the_international_form_is_read() -> None:
    with pytest.raises(AddressFaulty, match="begins with"):
        sms_address("13800138000", "DE")
    assert sms_address("+4915112345678", "DE") == "+4915112345678"


@pytest.mark.parametrize(
    ("told", "is_international", "number"),
    [
        ("8613800138000", True, "+8613800138000"),
        ("8613800138000", False, "+8613800138000"),
        ("13800138000", False, "+8613800138000"),
        ("14155550100", True, "+14155550100"),
        ("95588", False, "95588"),
        ("CITYBANK", False, "CITYBANK"),
    ],
)
def test_the_other_end_is_named_in_our_form_where_it_is_a_number(
    told: str, is_international: bool, number: str
) -> None:
    assert heard_number(told, is_international=is_international) == number
