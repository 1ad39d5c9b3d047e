"""Rates as exact decimals: 0.24 is 24 % a year. Never a float."""

from decimal import Decimal
from fractions import Fraction

from forbear.primitives.errors import RequestRefused


class RateUnreadable(RequestRefused):
    """A text is not a rate, or is outside 0 to 10 (1000 % a year)."""

    code = "rate_unreadable"


MAX_ANNUAL = Decimal(10)


def annual_rate(text: str) -> Decimal:
    """A yearly rate from `"0.24"` or `"24%"`.

    Raises `RateUnreadable` when it is no number or not between 0 and `MAX_ANNUAL`.

    >>> annual_rate("24%"), annual_rate("0.126")
    (Decimal('0.24'), Decimal('0.126'))
    """
    stripped = text.strip()
    try:
        is_percent = stripped.endswith("%")
        rate = Decimal(stripped.rstrip("%")) / (100 if is_percent else 1)
    except ArithmeticError:
        raise RateUnreadable("Not a rate: write 0.24 or 24%.") from None
    if not rate.is_finite() or not 0 <= rate <= MAX_ANNUAL:
        raise RateUnreadable(f"A yearly rate lies between 0 and {MAX_ANNUAL}: got {rate}.")
    return rate


def monthly_rate(interest_rate_annual: Decimal) -> Fraction:
    """One twelfth of the yearly rate, exactly: the custom for equal monthly instalments.

    >>> monthly_rate(Decimal("0.12"))
    Fraction(1, 100)
    """
    return Fraction(interest_rate_annual) / 12
