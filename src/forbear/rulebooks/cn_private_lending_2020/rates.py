"""The one-year LPR of a contract's day, for contracts whose file does not name it."""

from datetime import date

from forbear.compliance.parameters import Parameter


def lpr_on(lpr_one_year_bp: Parameter, contract_on: date) -> int | None:
    """The LPR fixed last before the contract, in basis points; None before 2020-08-20.

    第25条: 合同成立时一年期贷款市场报价利率. Fixings are published on the 20th of a month.

    >>> from datetime import date
    >>> from forbear.compliance.parameters import DatedValue
    >>> held = Parameter("lpr", "basis points", (DatedValue(date(2026, 1, 20), 300, "-", date(2026, 11, 21)),))
    >>> lpr_on(held, date(2026, 2, 1)), lpr_on(held, date(2026, 1, 19))
    (300, None)
    """
    if contract_on < lpr_one_year_bp.values[0].from_on:
        return None
    return lpr_one_year_bp.at(contract_on)
