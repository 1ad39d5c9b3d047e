"""Rounding rules by name; every rounding in the project is a call to `round_to_minor`.

Each money function names in its docstring which rule it uses and where the remainder goes.
"""

from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, ROUND_UP, Decimal
from enum import StrEnum
from fractions import Fraction


class Rounding(StrEnum):
    """How an exact amount becomes a whole number of minor units."""

    HALF_UP = ROUND_HALF_UP
    HALF_EVEN = ROUND_HALF_EVEN
    DOWN = ROUND_DOWN
    UP = ROUND_UP


def round_to_minor(exact: Fraction | Decimal | int, rule: Rounding = Rounding.HALF_UP) -> int:
    """Whole minor units nearest to `exact` by `rule`; half goes away from zero by default.

    四舍五入 is the custom of Chinese retail lending; contracts may name another rule.

    >>> round_to_minor(Fraction(5, 2)), round_to_minor(Fraction(-5, 2))
    (3, -3)
    >>> round_to_minor(Fraction(5, 2), Rounding.HALF_EVEN)
    2
    """
    value = Fraction(exact)
    sign = -1 if value < 0 else 1
    whole, rest = divmod(abs(value), 1)
    if rule is Rounding.UP:
        up = rest > 0
    elif rule is Rounding.DOWN:
        up = False
    elif rule is Rounding.HALF_UP:
        up = rest >= Fraction(1, 2)
    else:
        up = rest > Fraction(1, 2) or (rest == Fraction(1, 2) and whole % 2 == 1)
    return sign * (int(whole) + int(up))
