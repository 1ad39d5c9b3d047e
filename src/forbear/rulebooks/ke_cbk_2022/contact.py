"""Debt-collection conduct: no calls to contacts of the borrower."""

from forbear.compliance.language import Parameters, Verdict, allowed, refused, rule
from forbear.contact.facts import ContactFacts

LIABLE = frozenset({"borrower", "guarantor"})


@rule("KE-CBK-DCP")
def no_contact_list(f: ContactFacts, p: Parameters) -> Verdict:
    """Only the borrower and guarantor are contacted, never the contact list."""
    if f.recipient in LIABLE:
        return allowed()
    return refused("contact_list")
