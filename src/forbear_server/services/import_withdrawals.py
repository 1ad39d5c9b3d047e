"""Take an import back: asked by one person, approved by compliance, within its business date.

The desk loses the loans and borrowers only this tape brought, then the book goes one step back, in
one transaction. A borrower a worklist names stays, and so does what the tape renewed of a known one.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef

from forbear.portfolio.book import BookBusy, BookUnreadable
from forbear_server.selectors.actors import Actor, Role
from forbear_server.selectors.books import BroughtRefs, brought_by_last_tape, open_book
from forbear_server.services.evidence import append_evidence
from forbear_server.store import run_locks
from forbear_server.store.models import (
    Borrower,
    EarlyWarning,
    Import,
    Loan,
    LoanScore,
    WorklistItem,
)

REFS_AT_ONCE = 5_000


class WithdrawalRefused(Exception):
    """The import cannot be taken back; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@transaction.atomic
def ask_withdrawal(*, actor: Actor, import_uuid: UUID, today: date, now: datetime) -> None:
    row = _withdrawable(import_uuid, today)
    row.withdrawal_asked_by_id = actor.user_id
    row.save()
    append_evidence(
        "import.withdrawal_asked",
        now=now,
        lender_id=actor.lender_id,
        actor=actor,
        about=f"import:{row.uuid}",
    )


def approve_withdrawal(*, actor: Actor, import_uuid: UUID, today: date, now: datetime) -> None:
    """Put book and desk back to before the tape. Only compliance, and nobody approves their own ask.

    The nightly lock is held meanwhile: a night never loses a file it reads.
    """
    with run_locks.held_if_free(actor.lender_id) as is_free, transaction.atomic():
        row = _withdrawable(import_uuid, today)
        if actor.role is not Role.COMPLIANCE:
            raise WithdrawalRefused("compliance_approves")
        if row.withdrawal_asked_by_id is None:
            raise WithdrawalRefused("nobody_asked")
        if row.withdrawal_asked_by_id == actor.user_id:
            raise WithdrawalRefused("own_request")
        if not is_free:
            raise WithdrawalRefused("night_at_work")
        try:
            _take_back(row, actor, now)
        except BookUnreadable:
            raise WithdrawalRefused("no_way_back") from None
        except BookBusy:
            raise WithdrawalRefused("book_busy") from None


def _take_back(row: Import, actor: Actor, now: datetime) -> None:
    brought = brought_by_last_tape(actor.lender_code)
    row.state = Import.State.WITHDRAWN
    row.save()
    append_evidence(
        "import.withdrawn",
        now=now,
        lender_id=actor.lender_id,
        actor=actor,
        about=f"import:{row.uuid}",
        body={"sha256": row.sha256, "accepted": row.accepted, **_clear_desk(brought)},
    )
    # The book last: when it cannot go back, the desk keeps everything.
    open_book(actor.lender_code).restore_previous()


def _clear_desk(brought: BroughtRefs) -> dict[str, int]:
    """Delete the rows of these ids that nothing else needs; how many went and how many stayed."""
    loans = 0
    for refs in _portions(brought.loans):
        for scored in (LoanScore, EarlyWarning):
            scored.objects.filter(loan_ref__in=refs).delete()
        loans += Loan.objects.filter(ref__in=refs).delete()[0]
    removed = kept = 0
    is_needed = Exists(WorklistItem.objects.filter(borrower=OuterRef("pk"))) | Exists(
        Loan.objects.filter(borrower=OuterRef("pk"))
    )
    for refs in _portions(brought.borrowers):
        removed += Borrower.objects.filter(ref__in=refs).exclude(is_needed).delete()[0]
        kept += Borrower.objects.filter(ref__in=refs).count()
    return {"loans_removed": loans, "borrowers_removed": removed, "borrowers_kept": kept}


def _portions(refs: frozenset[str]) -> Iterator[list[str]]:
    ordered = sorted(refs)
    for start in range(0, len(ordered), REFS_AT_ONCE):
        yield ordered[start : start + REFS_AT_ONCE]


@transaction.atomic
def record_withdrawal_refused(*, actor: Actor, import_uuid: UUID, code: str, now: datetime) -> None:
    append_evidence(
        "import.withdrawal_refused",
        now=now,
        lender_id=actor.lender_id,
        actor=actor,
        about=f"import:{import_uuid}",
        body={"code": code},
    )


def _withdrawable(import_uuid: UUID, today: date) -> Import:
    rows = Import.objects.select_for_update(of=("self",)).select_related("lender")
    row = rows.get(pk=import_uuid)
    if row.state not in {Import.State.COMPLETED, Import.State.PART_COMPLETED}:
        raise WithdrawalRefused("not_accepted")
    if row.business_date != today:
        raise WithdrawalRefused("another_day")
    tapes = open_book(row.lender.code).manifest.tapes
    if not tapes or tapes[-1].sha256 != row.sha256:
        raise WithdrawalRefused("later_tape")
    return row
