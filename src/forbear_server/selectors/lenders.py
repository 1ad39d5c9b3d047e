"""Which lenders this installation knows."""

from __future__ import annotations

from dataclasses import dataclass

from forbear.compliance.citations import Strength
from forbear.compliance.judging import LenderPolicy
from forbear.compliance.scopes import Scope, usual_memberships
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
    jurisdiction: str
    memberships: tuple[str, ...]
    advisory_strengths: tuple[str, ...]

    @property
    def scope(self) -> Scope:
        """Where this lender stands before the rules; products are told apart by the question."""
        return Scope(
            jurisdiction=self.jurisdiction,
            lender_kind=self.kind,
            memberships=frozenset(self.memberships),
        )

    @property
    def policy(self) -> LenderPolicy:
        """Which strengths bind this lender."""
        advising = {Strength(s) for s in self.advisory_strengths}
        return LenderPolicy(frozenset(Strength) - advising)


class LenderUnknown(LookupError):
    """No lender has this code; `forbear lenders list` shows those that exist."""


def list_lenders() -> list[LenderRow]:
    return [lender_row(lender) for lender in Lender.objects.order_by("code")]


def find_lender(code: str) -> LenderRow:
    lender = Lender.objects.filter(code=code).first()
    if lender is None:
        known = ", ".join(row.code for row in list_lenders()) or "none yet"
        raise LenderUnknown(
            f"There is no lender with the code {code!r} (known: {known}). "
            "Register it with `forbear lenders add`."
        )
    return lender_row(lender)


def lender_row(lender: Lender) -> LenderRow:
    """A lender as a value, with where it stands before the rules."""
    return LenderRow(
        lender_id=lender.pk,
        code=lender.code,
        name_zh=lender.name_zh,
        name_en=lender.name_en,
        kind=lender.kind,
        currency=lender.currency,
        time_zone=lender.time_zone,
        jurisdiction=lender.jurisdiction,
        memberships=tuple(
            sorted(usual_memberships(lender.kind))
            if lender.memberships is None
            else lender.memberships
        ),
        advisory_strengths=tuple(lender.advisory_strengths),
    )
