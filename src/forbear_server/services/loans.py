"""Somebody read a borrower's loan: that is on record."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from forbear_server.selectors.actors import Actor
from forbear_server.services.evidence import append_evidence
from forbear_server.store.evidence_persons import borrower_person


@transaction.atomic
def record_loan_read(*, actor: Actor, loan_ref: str, borrower_ref: str, now: datetime) -> None:
    append_evidence(
        "loan.read",
        now=now,
        lender_id=actor.lender_id,
        actor=actor,
        person=borrower_person(borrower_ref),
        body={"role": str(actor.role)},
        private={"loan": loan_ref},
    )


@transaction.atomic
def record_borrower_read(*, actor: Actor, borrower_ref: str, now: datetime) -> None:
    """Somebody opened a person's workbench."""
    append_evidence(
        "borrower.read",
        now=now,
        lender_id=actor.lender_id,
        actor=actor,
        person=borrower_person(borrower_ref),
        body={"role": str(actor.role)},
    )
