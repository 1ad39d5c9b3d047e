"""A borrower's loans as a score may know them: the book's rows and what was reported since."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

import polars as pl

from forbear.loans.payments import Payment
from forbear.portfolio.borrowers import loan_history
from forbear.portfolio.desk_events import BEHAVIOUR
from forbear.portfolio.standings import ToldEvent
from forbear.primitives.identifiers import LenderId, LoanId, PaymentId
from forbear.scoring.histories import (
    Event,
    FailedDebit,
    GrievanceKind,
    GrievanceReceived,
    LoanHistory,
    PaymentReceived,
    PromiseEvent,
    PromiseTurn,
    with_event,
)
from forbear_server.selectors.actors import Actor
from forbear_server.selectors.books import open_book
from forbear_server.store.models import BehaviourEvent, Loan


def find_history(actor: Actor, loan_ref: str) -> LoanHistory | None:
    """The loan with its borrower's other loans, and events reported since the book was written.

    A payment that the book holds by now counts once. None: this
    lender has no such loan.
    """
    known = Loan.objects.filter(ref=loan_ref).select_related("borrower").first()
    if known is None:
        return None
    history = loan_history(
        open_book(actor.lender_code),
        lender=actor.lender_code,
        borrower_id=known.borrower.ref,
        loan_id=loan_ref,
        time_zone=actor.lender_time_zone,
    )
    if history is None:
        return None
    reported = BehaviourEvent.objects.filter(borrower=known.borrower).order_by(
        "happened_on", "reported_at"
    )
    kinds = set(BehaviourEvent.objects.values_list("kind", flat=True).distinct())
    # Known for everybody as soon as this lender reports them: none is then a fact, not a gap.
    history = replace(
        history,
        failed_debits=() if "failed_debit" in kinds else None,
        promises=() if kinds & {"promise_kept", "promise_missed"} else None,
    )
    held = {str(record.loan_id) for record in history.loans}
    booked = {p.payment_id for record in history.loans for p in record.payments}
    for row in reported:
        event = as_event(row, actor.lender_code) if row.loan_ref in held else None
        if isinstance(event, PaymentReceived) and event.payment.payment_id in booked:
            continue
        history = history if event is None else with_event(history, event)
    return history


def told_events(borrower_ref: str) -> list[ToldEvent]:
    """What was told of a borrower's loans: loan, kind, day, in the order it happened."""
    rows = BehaviourEvent.objects.filter(borrower__ref=borrower_ref)
    return [
        ToldEvent(row.loan_ref, row.kind, row.happened_on, row.amount_minor, row.idempotency_key)
        for row in rows.order_by("happened_on", "reported_at")
    ]


def told_since(event_ids: Collection[str]) -> set[str]:
    """Loans of which something was told that is not among these."""
    rows = BehaviourEvent.objects.exclude(idempotency_key__in=list(event_ids))
    return set(rows.values_list("loan_ref", flat=True))


def list_behaviour(lender_code: str) -> pl.DataFrame:
    """Every event of the current lender that was reported, as the night's export wants them."""
    rows = BehaviourEvent.objects.order_by("happened_on", "reported_at").values_list(
        "loan_ref", "kind", "happened_on", "amount_minor", "idempotency_key"
    )
    return pl.DataFrame([(lender_code, *row) for row in rows], schema=dict(BEHAVIOUR), orient="row")


def as_event(row: BehaviourEvent, lender_code: str) -> Event | None:
    """A reported event as the domain's value, None for what no feature reads.

    Its key is the lender's own id of it.
    """
    lender, loan_id = LenderId(lender_code), LoanId(row.loan_ref)
    if row.kind == "payment":
        payment = Payment(
            payment_id=PaymentId(row.idempotency_key),
            effective_on=row.happened_on,
            amount_minor=row.amount_minor or 0,
        )
        return PaymentReceived(lender=lender, loan_id=loan_id, payment=payment)
    if row.kind == "failed_debit":
        return FailedDebit(
            lender=lender, loan_id=loan_id, event_id=str(row.uuid), failed_on=row.happened_on
        )
    if row.kind in {"promise_kept", "promise_missed"}:
        return PromiseEvent(
            lender=lender,
            loan_id=loan_id,
            promise_id=str(row.uuid),
            turn=PromiseTurn.KEPT if row.kind == "promise_kept" else PromiseTurn.BROKEN,
            on=row.happened_on,
        )
    if row.kind not in set(GrievanceKind):
        return None
    return GrievanceReceived(
        grievance_id=str(row.uuid), kind=GrievanceKind(row.kind), received_on=row.happened_on
    )
