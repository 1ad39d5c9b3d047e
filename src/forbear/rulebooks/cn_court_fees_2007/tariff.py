"""诉讼费用交纳办法 第13条至第16条: the tariff in fen, computed in whole numbers.

Each tier: from which amount (yuan), and how many thousandths of the part above it are paid.
"""

from collections.abc import Sequence

FEN_A_YUAN = 100
# 第13条(一): 不超过1万元每件50元; 超过的部分按比例分段累计交纳.
CASE_TIERS = (
    (10_000, 25),
    (100_000, 20),
    (200_000, 15),
    (500_000, 10),
    (1_000_000, 9),
    (2_000_000, 8),
    (5_000_000, 7),
    (10_000_000, 6),
    (20_000_000, 5),
)
# 第14条(一): 执行金额.
ENFORCEMENT_TIERS = ((10_000, 15), (500_000, 10), (5_000_000, 5), (10_000_000, 1))
# 第14条(二): 保全财产数额, 最多不超过5000元.
PRESERVATION_TIERS = ((1_000, 10), (100_000, 5))
BASE_FEE_MINOR = 5_000
PRESERVATION_BASE_MINOR = 3_000
PRESERVATION_CAP_MINOR = 500_000


def case_fee(claim_minor: int) -> int:
    """The fee of a property case, in fen: 第13条.

    50,000 yuan: 50 + 40,000 x 2.5 % = 1,050.00; 100,000 yuan: 50 + 90,000 x 2.5 % = 2,300.00.

    >>> case_fee(5_000_000), case_fee(10_000_000), case_fee(1_000_000)
    (105000, 230000, 5000)
    """
    return BASE_FEE_MINOR + _above(claim_minor, CASE_TIERS)


def payment_order_fee(claim_minor: int) -> int:
    """A third of the case fee, rounded half up to the fen: 第14条(三).

    100,000 yuan: 2,300.00 / 3 = 766.67.

    >>> payment_order_fee(10_000_000)
    76667
    """
    return _divided(case_fee(claim_minor), 3)


def half_fee(claim_minor: int) -> int:
    """Half the case fee, rounded half up to the fen: 第15条, 第16条.

    >>> half_fee(5_000_000)
    52500
    """
    return _divided(case_fee(claim_minor), 2)


def enforcement_fee(amount_minor: int) -> int:
    """The fee of enforcement, in fen: 第14条(一).

    600,000 yuan: 50 + 490,000 x 1.5 % + 100,000 x 1 % = 8,400.00.

    >>> enforcement_fee(60_000_000)
    840000
    """
    return BASE_FEE_MINOR + _above(amount_minor, ENFORCEMENT_TIERS)


def preservation_fee(amount_minor: int) -> int:
    """The fee of preservation, in fen, 5,000 yuan at most: 第14条(二).

    50,000 yuan: 30 + 49,000 x 1 % = 520.00; two million would be 10,520 and costs 5,000.00.

    >>> preservation_fee(5_000_000), preservation_fee(200_000_000)
    (52000, 500000)
    """
    fee = PRESERVATION_BASE_MINOR + _above(amount_minor, PRESERVATION_TIERS)
    return min(fee, PRESERVATION_CAP_MINOR)


def fee_of(procedure: str, amount_minor: int) -> int:
    """The fee of a procedure by its word in `CourtFeeFacts`.

    >>> fee_of("summary", 5_000_000)
    52500
    """
    match procedure:
        case "ordinary":
            return case_fee(amount_minor)
        case "payment_order":
            return payment_order_fee(amount_minor)
        case "enforcement":
            return enforcement_fee(amount_minor)
        case "preservation":
            return preservation_fee(amount_minor)
        case "mediated" | "withdrawn" | "summary":
            return half_fee(amount_minor)
    raise ValueError(f"no fee for the procedure {procedure!r}; see CourtFeeFacts.procedure")


def _above(amount_minor: int, tiers: Sequence[tuple[int, int]]) -> int:
    """Thousandths of each tier's part of the amount, summed, rounded half up to the fen."""
    uppers = [tier[0] * FEN_A_YUAN for tier in tiers[1:]] + [amount_minor]
    thousandths = sum(
        max(min(amount_minor, upper) - lower * FEN_A_YUAN, 0) * rate
        for (lower, rate), upper in zip(tiers, uppers, strict=True)
    )
    return _divided(thousandths, 1000)


def _divided(amount: int, by: int) -> int:
    return (2 * amount + by) // (2 * by)
