"""Amounts and rates that cannot be: below zero, a sign against the kind, above the cap."""

import polars as pl

from forbear.intake.checks.examined import Examined
from forbear.loans.payments import PaymentKind
from forbear.portfolio.schema import INSTALMENT_AMOUNTS
from forbear.primitives.findings import Level

OUTWARD = (PaymentKind.REVERSAL.value, PaymentKind.REFUND.value)


def check_amounts(examined: Examined) -> None:
    """negative_amount, principal_zero, sign_differs, rate_above_cap, unknown_product."""
    _principal(examined)
    if "instalments" not in examined.shaped.derived:
        for name in INSTALMENT_AMOUNTS:
            examined.flag(
                "instalments",
                pl.col(name) < 0,
                "negative_amount",
                name,
                value_class="negative number",
            )
    _payments(examined)
    _rates_and_products(examined)


def _principal(examined: Examined) -> None:
    principal = pl.col("principal_minor")
    examined.flag(
        "loans", principal < 0, "negative_amount", "principal_minor", value_class="negative number"
    )
    examined.flag(
        "loans", principal == 0, "principal_zero", "principal_minor", value_class="number"
    )


def _payments(examined: Examined) -> None:
    amount = pl.col("amount_minor")
    is_outward = pl.col("kind").is_in(list(OUTWARD))
    examined.flag(
        "payments",
        ~is_outward & (amount < 0),
        "negative_amount",
        "amount_minor",
        value_class="negative number",
    )
    examined.flag(
        "payments",
        (is_outward & (amount > 0)) | (amount == 0),
        "sign_differs",
        "amount_minor",
        value_class="number",
    )
    names_one = pl.col("reverses").is_not_null()
    examined.flag(
        "payments", names_one != (pl.col("kind") == "reversal"), "reversal_of_nothing", "reverses"
    )


def _rates_and_products(examined: Examined) -> None:
    cap = examined.parameters.rate_cap_annual
    if cap is not None:
        examined.flag(
            "loans",
            pl.col("interest_rate_annual") > cap,
            "rate_above_cap",
            "interest_rate_annual",
            level=Level.WARNING,
            value_class="number",
        )
    products = examined.parameters.products
    if products is not None:
        is_listed = pl.col("product").is_in(sorted(products))
        examined.flag("loans", ~is_listed, "unknown_product", "product", value_class="text")
