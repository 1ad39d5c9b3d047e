"""1006.26(b), 1006.30(b)-(d): suing, transferring, applying a payment, the place of an action."""

from forbear.compliance.language import Parameters, Verdict, allowed, refused, rule
from forbear.compliance.matters.us_debts import UsDebtFacts

SUITS = frozenset({"sue", "threaten_suit"})
TRANSFERS = frozenset({"sell", "transfer", "place_for_collection"})
ENDED = frozenset({"paid", "settled", "discharged_in_bankruptcy"})
OWNERS = frozenset({"debt_owner", "previous_owner_by_contract"})
FINANCE = frozenset({"merger_or_acquisition", "securitisation_or_pledge"})


@rule("US-REGF-TIMEBARRED")
def time_barred_debt(f: UsDebtFacts, p: Parameters) -> Verdict:
    """No action and no threat of one on a time-barred debt; proofs of claim are outside."""
    if f.is_time_barred and f.act in SUITS:
        return refused("time_barred")
    return allowed()


@rule("US-REGF-TRANSFER")
def transfer_of_ended_debt(f: UsDebtFacts, p: Parameters) -> Verdict:
    """A debt paid, settled or discharged is not sold, transferred for consideration or placed."""
    if f.act not in TRANSFERS or f.status not in ENDED:
        return allowed()
    if f.transferee in OWNERS:
        return allowed(exception="to_owner")
    if f.transferee in FINANCE:
        return allowed(exception="business_transfer")
    if f.status == "discharged_in_bankruptcy" and f.has_enforceable_lien:
        if f.is_transferee_notified:
            return allowed(exception="enforceable_lien")
        return refused("lien_without_notice")
    return refused("transfer_ban")


@rule("US-REGF-PAYMENTS")
def one_payment_several_debts(f: UsDebtFacts, p: Parameters) -> Verdict:
    """A payment follows the consumer's word and never goes to a disputed debt."""
    if f.act != "apply_payment" or not f.has_several_debts:
        return allowed()
    if f.is_target_disputed:
        return refused("disputed_debt_payment")
    if f.has_direction and not f.is_direction_followed:
        return refused("direction_not_followed")
    return allowed()


@rule("US-REGF-VENUE")
def place_of_action(f: UsDebtFacts, p: Parameters) -> Verdict:
    """Real property: where it lies; otherwise where signed or where the consumer resides."""
    if f.act != "sue":
        return allowed()
    if f.is_real_property_action:
        if f.is_venue_of_property:
            return allowed()
        return refused("not_where_property_lies")
    if f.is_venue_of_contract or f.is_venue_of_residence:
        return allowed()
    return refused("neither_signed_nor_residing")
