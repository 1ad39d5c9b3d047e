"""THE LAW: one folder per instrument. This page names the shipped books, nothing more."""

from forbear.compliance.rules import Rule
from forbear.compliance.verdicts_columns import ColumnRule
from forbear.rulebooks import cn_cba_2026, cn_gbt_45251_2025

RULES: tuple[Rule, ...] = (*cn_gbt_45251_2025.RULES, *cn_cba_2026.RULES)

COLUMN_RULES: dict[str, ColumnRule] = {
    **cn_gbt_45251_2025.COLUMN_RULES,
    **cn_cba_2026.COLUMN_RULES,
}

VERSION = "cn-2026.11"
