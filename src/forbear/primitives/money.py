"""Money: a whole number of minor units and a currency. Never a float.

Decides what an amount is and how it is read and printed. What is owed is decided in `loans`.
"""

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum

from forbear.primitives.errors import RequestRefused


class CurrencyMismatch(RequestRefused):
    """Two amounts of different currencies met in one sum."""

    code = "currency_mismatch"


class AmountUnreadable(RequestRefused):
    """A text is not an amount of this currency (not a number, or finer than its minor unit)."""

    code = "amount_unreadable"


class Currency(StrEnum):
    """ISO 4217 currencies the rulebooks and data sets at hand use."""

    CNY = "CNY"
    EUR = "EUR"
    GBP = "GBP"
    HKD = "HKD"
    IDR = "IDR"
    INR = "INR"
    JPY = "JPY"
    KES = "KES"
    NGN = "NGN"
    UGX = "UGX"
    USD = "USD"

    @property
    def exponent(self) -> int:
        """Digits after the point (ISO 4217): 2, but 0 for UGX and JPY."""
        return 0 if self in (Currency.UGX, Currency.JPY) else 2


SYMBOLS = {Currency.CNY: "¥", Currency.USD: "$", Currency.EUR: "€", Currency.GBP: "£"}


@dataclass(frozen=True, slots=True, order=False)
class Money:
    """An amount of money; `amount_minor` counts fen, kobo, cents.

    >>> Money(209440, Currency.CNY)
    Money(amount_minor=209440, currency=<Currency.CNY: 'CNY'>)
    >>> str(Money(209440, Currency.CNY) - Money(2140, Currency.CNY))
    '¥2,073.00'
    """

    amount_minor: int
    currency: Currency

    def __post_init__(self) -> None:
        if type(self.amount_minor) is not int:
            raise TypeError(f"amount_minor must be int, got {type(self.amount_minor).__name__}")

    def _same(self, other: "Money") -> None:
        if self.currency is not other.currency:
            raise CurrencyMismatch(
                f"Cannot combine {self.currency} with {other.currency}: convert one first."
            )

    def __add__(self, other: "Money") -> "Money":
        self._same(other)
        return Money(self.amount_minor + other.amount_minor, self.currency)

    def __sub__(self, other: "Money") -> "Money":
        self._same(other)
        return Money(self.amount_minor - other.amount_minor, self.currency)

    def __neg__(self) -> "Money":
        return Money(-self.amount_minor, self.currency)

    def __lt__(self, other: "Money") -> bool:
        self._same(other)
        return self.amount_minor < other.amount_minor

    def __le__(self, other: "Money") -> bool:
        self._same(other)
        return self.amount_minor <= other.amount_minor

    def __bool__(self) -> bool:
        raise TypeError("Money has no truth value: compare amount_minor with 0.")

    def __str__(self) -> str:
        return format_minor(self.amount_minor, self.currency)


def format_minor(amount_minor: int, currency: Currency) -> str:
    """The amount as people read it: `¥2,094.40`, negative `-¥20.00`, no symbol known `NGN 5.00`.

    >>> format_minor(-2000, Currency.CNY), format_minor(1230, Currency.UGX)
    ('-¥20.00', 'UGX 1,230')
    """
    sign = "-" if amount_minor < 0 else ""
    units, rest = divmod(abs(amount_minor), 10**currency.exponent)
    point = f".{rest:0{currency.exponent}d}" if currency.exponent else ""
    symbol = SYMBOLS.get(currency, f"{currency.value} ")
    return f"{sign}{symbol}{units:,}{point}"


def minor_from_text(text: str, currency: Currency) -> int:
    """Minor units of an amount written in major units, exactly; thousands commas are read over.

    Raises `AmountUnreadable` for what is not a number and for digits below the minor unit
    (`1.005` yuan): a tape that says so is mistaken, and rounding would hide it.

    >>> minor_from_text("2,094.40", Currency.CNY)
    209440
    """
    try:
        exact = Decimal(text.strip().replace(",", "")).scaleb(currency.exponent)
    except InvalidOperation:
        raise AmountUnreadable("Not an amount: write digits with a point, as in 1036.50.") from None
    if not exact.is_finite() or exact != exact.to_integral_value():
        raise AmountUnreadable(
            f"Finer than the smallest unit of {currency}: at most {currency.exponent} digits."
        )
    return int(exact)
