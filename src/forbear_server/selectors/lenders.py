"""Which lenders this installation knows."""

from __future__ import annotations

from dataclasses import dataclass

from forbear_server.store.models import Lender


@dataclass(frozen=True, slots=True)
class LenderRow:
    lender_id: int
    code: str
    name_zh: str
    name_en: str
    kind: str
    currency: str
    time_zone: str


class LenderUnknown(LookupError):
    """No lender has this code; `forbear lenders list` shows those that exist."""


def list_lenders() -> list[LenderRow]:
    return [_row(lender) for lender in Lender.objects.order_by("code")]


def find_lender(code: str) -> LenderRow:
    lender = Lender.objects.filter(code=code).first()
    if lender is None:
        known = ", ".join(row.code for row in list_lenders()) or "none yet"
        raise LenderUnknown(
            f"There is no lender with the code {code!r} (known: {known}). "
            "Register it with `forbear lenders add`."
        )
    return _row(lender)


def _row(lender: Lender) -> LenderRow:
    return LenderRow(
        lender_id=lender.pk,
        code=lender.code,
        name_zh=lender.name_zh,
        name_en=lender.name_en,
        kind=lender.kind,
        currency=lender.currency,
        time_zone=lender.time_zone,
    )
