"""Masks for people who look at a tape before it is taken: enough to recognise, not to know."""

import re

import polars as pl

DISTRICT = re.compile(r"^.*?[区县]")
SHOWN_END = 4


def masked(field: str, value: str) -> str:
    """One value as it may be shown to anybody who may import.

    >>> masked("phone", "19900000231"), masked("name", "林小满"), masked("id_number", "990278198806090126")
    ('199****0231', '林**', '**************0126')
    >>> masked("address", "禾安市石门区禾穗大道384号")
    '禾安市石门区'
    """
    if field == "phone":
        return f"{value[:3]}****{value[-SHOWN_END:]}" if len(value) >= 9 else "****"
    if field == "name":
        return f"{value[:1]}**"
    if field == "id_number":
        return "*" * max(len(value) - SHOWN_END, 4) + value[-SHOWN_END:]
    if field == "address":
        found = DISTRICT.match(value)
        return found.group(0) if found else f"{value[:2]}**"
    return f"{value[:1]}**"


def masked_column(column: pl.Series) -> pl.Series:
    """A column of a person's field, masked by its name."""
    values = [None if v is None else masked(column.name, v) for v in column.to_list()]
    return pl.Series(column.name, values, dtype=pl.String)
