"""In duplum: what may be recovered in all."""


def greatest_recovery(principal_at_default_minor: int, *, interest_ceiling_bp: int) -> int:
    """The most that may be recovered: principal at default and interest not above it.

    Law facts `KE-CBK-DCP` (press reports of the regulations); expenses of recovery not included.

    >>> greatest_recovery(100_000, interest_ceiling_bp=10_000)
    200000
    """
    return principal_at_default_minor + principal_at_default_minor * interest_ceiling_bp // 10_000
