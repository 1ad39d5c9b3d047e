"""What an import reports: counts that add up, findings, control totals, and what was done."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

import polars as pl

from forbear.intake.arrears import arrears_by_loan
from forbear.intake.row_states import RowCounts
from forbear.primitives.findings import Finding


class TapeKind(StrEnum):
    """What a tape is for; decides which tables it may bring and what happens to known rows."""

    NEW = "new"  # 新增
    FINANCIAL = "financial"  # 资金
    MAINTENANCE = "maintenance"  # 维护
    RECALL = "recall"  # 撤回
    FULL_SNAPSHOT = "full_snapshot"  # 全量


class Outcome(StrEnum):
    """What became of the tape as a whole."""

    TAKEN = "taken"
    REFUSED = "refused"
    ALREADY_TAKEN = "already_taken"
    DRY_RUN = "dry_run"  # would have been taken; nothing was written


@dataclass(frozen=True, slots=True)
class ControlTotals:
    """Sums over the accepted rows, to hold against the lender's own; by currency, minor units."""

    loans: int = 0
    principal_minor: Mapping[str, int] = field(default_factory=dict)
    arrears_minor: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ImportReport:
    """One import from file to book."""

    outcome: Outcome
    source: str
    sha256: str
    lender: str
    preset: str
    kind: TapeKind
    business_date: str
    rows: RowCounts
    tables: Mapping[str, int] = field(default_factory=dict)  # rows that went into each table
    counts: Mapping[str, int] = field(default_factory=dict)  # findings by code, complete
    findings: tuple[Finding, ...] = ()  # the first ones
    findings_left_out: int = 0
    totals: ControlTotals = field(default_factory=ControlTotals)
    persons: int = 0  # borrowers whose name or number the tape carries
    persons_dropped: bool = False
    rejected_files: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Plain values for `--json`; holds no personal data."""
        return asdict(self)


def control_totals(tables: Mapping[str, pl.DataFrame], business_date: date) -> ControlTotals:
    """Loans, principal and arrears of the tables, by currency."""
    loans = tables.get("loans")
    if loans is None or not loans.height:
        return ControlTotals()
    principal = loans.group_by("currency").agg(pl.col("principal_minor").sum()).sort("currency")
    stood = arrears_by_loan(tables, business_date)
    arrears = stood.group_by("currency").agg(pl.col("arrears_minor").sum()).sort("currency")
    return ControlTotals(
        loans=loans["loan_id"].n_unique(),
        principal_minor={c: v for c, v in principal.iter_rows() if c is not None},
        arrears_minor={c: v for c, v in arrears.iter_rows() if c is not None},
    )
