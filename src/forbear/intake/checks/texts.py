"""Text fields that carry a phone number: whose it is, nobody can know."""

import polars as pl

from forbear.intake.checks.examined import Examined
from forbear.intake.third_parties import holds_phone

TEXTS = (
    ("borrowers", "name"),
    ("borrowers", "address"),
    ("borrowers", "language"),
    ("loans", "product"),
    ("contact_attempts", "number_ref"),
    ("contact_attempts", "actor"),
)


def check_texts(examined: Examined) -> None:
    """phone_in_text."""
    for table, name in TEXTS:
        frame = examined.frame(table)
        if frame is None or frame[name].null_count() == frame.height:
            continue
        examined.flag(
            table, holds_phone(pl.col(name)), "phone_in_text", name, value_class="phone number"
        )
