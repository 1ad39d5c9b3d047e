"""Section 43: referees, family and friends are left alone."""

from forbear.compliance.language import Parameters, Verdict, allowed, needs_review, refused, rule
from forbear.contact.facts import ContactFacts


@rule("HK-CBP-43")
def no_third_persons(f: ContactFacts, p: Parameters) -> Verdict:
    """Recovery only from the customer and contractual guarantors; no clock hours, requests kept."""
    if f.recipient == "guarantor" and f.is_person_liable is None:
        return needs_review("liability_unknown")
    if f.recipient == "guarantor" and f.is_person_liable is not None and not f.is_person_liable:
        return refused("guarantor_not_liable")
    if f.recipient != "borrower" and f.recipient != "guarantor":
        return refused("third_person")
    if f.is_time_inconvenient:
        return refused("unreasonable_hour")
    return allowed()
