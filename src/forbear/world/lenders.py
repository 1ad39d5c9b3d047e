"""The three lenders of the demonstration and what they lend."""

from dataclasses import dataclass

from forbear.loans.terms import RepaymentMethod


@dataclass(frozen=True, slots=True)
class Product:
    """One product: whole yuan, basis points a year, possible numbers of instalments."""

    name: str
    method: RepaymentMethod
    counts: tuple[int, ...]
    from_yuan: int
    to_yuan: int
    from_basis_points: int
    to_basis_points: int


@dataclass(frozen=True, slots=True)
class DemoLender:
    """A lender of the demonstration; `first_number` starts its borrowers' numbers."""

    code: str
    name: str
    kind: str
    prefix: str
    first_number: int
    borrowers: int
    products: tuple[Product, ...]


DEMO_LENDERS = (
    DemoLender(
        code="qinghe",
        name="青禾消费金融（演示）",
        kind="consumer_finance",
        prefix="QH",
        first_number=100_001,
        borrowers=2500,
        products=(
            Product(
                "青禾易分期",
                RepaymentMethod.EQUAL_INSTALMENT,
                (6, 9, 12, 18, 24),
                3000,
                40_000,
                1080,
                2390,
            ),
            Product(
                "青禾随借", RepaymentMethod.INTEREST_FIRST, (3, 6, 12), 2000, 20_000, 1200, 2390
            ),
        ),
    ),
    DemoLender(
        code="yunshan",
        name="云杉银行（演示）",
        kind="bank",
        prefix="YS",
        first_number=200_001,
        borrowers=1500,
        products=(
            Product(
                "云杉消费贷",
                RepaymentMethod.EQUAL_PRINCIPAL,
                (12, 24, 36),
                10_000,
                120_000,
                450,
                1200,
            ),
            Product(
                "云杉装修贷",
                RepaymentMethod.EQUAL_INSTALMENT,
                (24, 36),
                20_000,
                150_000,
                480,
                1080,
            ),
        ),
    ),
    DemoLender(
        code="hesui",
        name="禾穗小额贷款（演示）",
        kind="microloan",
        prefix="HS",
        first_number=300_001,
        borrowers=1000,
        products=(
            Product(
                "禾穗小微贷", RepaymentMethod.EQUAL_INSTALMENT, (3, 6, 12), 2000, 30_000, 1500, 2400
            ),
            Product("禾穗短期贷", RepaymentMethod.BULLET, (1,), 1000, 10_000, 1500, 2400),
        ),
    ),
)
