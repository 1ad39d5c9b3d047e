"""Facts of every other act in a Chinese case: plans, records, complaints, court, retention.

Days are counted with the Civil Code's own functions, fees with the tariff; the rules compare. An
amount is brought to whole fen, a rate to whole basis points, a fraction always upwards for what is
charged.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from itertools import pairwise

from forbear.compliance.matters.card_collections import CardCollectionFacts
from forbear.compliance.matters.classification import ClassificationFacts
from forbear.compliance.matters.complaints import ComplaintFacts
from forbear.compliance.matters.costs import CostFacts, PrincipalFacts
from forbear.compliance.matters.credit_reporting import (
    AdverseDisplayFacts,
    CreditReportFacts,
    ObjectionFacts,
)
from forbear.compliance.matters.limitation import LimitationFacts
from forbear.compliance.matters.litigation import (
    ChainEvidenceFacts,
    CourtFeeFacts,
    EnforcementFacts,
    PaymentOrderFacts,
    SmallClaimFacts,
)
from forbear.compliance.matters.outsourcing import OutsourcingFacts
from forbear.compliance.matters.plans import PlanFacts
from forbear.compliance.matters.retention import RetentionFacts
from forbear.compliance.rulebook import Rulebook
from forbear.conformance.cn_scenario import Scenario
from forbear.conformance.cn_words import ASSET_CLASSES, RECORDS
from forbear.rulebooks.cn_civil_code_2021.clocks import (
    full_years,
    limitation_run,
    rest_days_before,
)
from forbear.rulebooks.cn_court_fees_2007.tariff import fee_of
from forbear.rulebooks.cn_private_lending_2020.rates import lpr_on

Builder = Callable[[Scenario, Sequence[Rulebook]], object]
HUNDRED = Decimal(100)


def outsourcing(scenario: Scenario, books: Sequence[Rulebook]) -> OutsourcingFacts:
    """Handing the case on: an agency that does so passes it on."""
    return OutsourcingFacts(
        is_borrower_told=scenario.flags.says("debtor_notified", default=True),
        is_passed_on=scenario.is_by_agency,
        has_controller_consent=scenario.flags.says("controller_consent"),
    )


def plan(scenario: Scenario, books: Sequence[Rulebook]) -> PlanFacts:
    """An individual plan; capacity and will are as they should be when nothing is said."""
    return PlanFacts(
        months=scenario.flags.count("months", 1),
        is_beyond_capacity=scenario.flags.says("exceeds_capacity", default=True),
        is_willing=scenario.flags.says("willing", default=True),
    )


def adverse_report(scenario: Scenario, books: Sequence[Rulebook]) -> CreditReportFacts:
    """Reporting an adverse record."""
    return CreditReportFacts(was_told_before=scenario.flags.says("prior_notice", default=True))


def objection(scenario: Scenario, books: Sequence[Rulebook]) -> ObjectionFacts:
    """Answering an objection; unanswered, it is judged on the day of the case."""
    received = scenario.needed("flags.received", scenario.flags.day("received"))
    answered = scenario.flags.day("answered") or scenario.on
    return ObjectionFacts(
        days_taken=_days(received, answered), rest_days_before=rest_days_before(answered)
    )


def adverse_display(scenario: Scenario, books: Sequence[Rulebook]) -> AdverseDisplayFacts:
    """Showing an adverse record on the day of the case; repayment ends the event."""
    flags, shown = scenario.flags, scenario.on
    repaid = flags.day("repaid_in_full")
    if repaid is not None and repaid > shown:
        repaid = None
    ended = flags.day("bad_event_ended") or repaid
    return AdverseDisplayFacts(
        years_since_end=None if ended is None else full_years(ended, shown, end_may_move=False),
        arose_day=_as_number(flags.day("overdue_arose")) or 0,
        single_amount_minor=_fen(flags.number("single_amount")),
        repaid_day=_as_number(repaid),
        months_since_repaid=0 if repaid is None else _months(repaid, shown),
    )


def complaint(scenario: Scenario, books: Sequence[Rulebook]) -> ComplaintFacts:
    """Closing a complaint; one that is open is judged on the day of the case."""
    flags = scenario.flags
    received = scenario.needed("flags.received", flags.day("received"))
    closed = flags.day("closed") or scenario.on
    return ComplaintFacts(
        days_taken=_days(received, closed),
        rest_days_before=rest_days_before(closed),
        complexity=flags.word("complexity") or "simple",
        has_senior_approval=flags.says("hq_approval"),
        # an obligation, not a permission: silence is no breach
        is_complainant_told=flags.says("complainant_told", default=True),
    )


def court_fee(scenario: Scenario, books: Sequence[Rulebook]) -> CourtFeeFacts:
    """A fee claimed on a claim, beside the tariff's."""
    flags = scenario.flags
    procedure = flags.word("procedure") or "ordinary"
    claim = scenario.needed("flags.claim", flags.number("claim"))
    fee = scenario.needed("flags.fee", flags.number("fee"))
    return CourtFeeFacts(
        procedure=procedure,
        fee_minor=int((fee * HUNDRED).to_integral_value(ROUND_HALF_UP)),
        tariff_minor=fee_of(procedure, _fen(claim)),
    )


def cost(scenario: Scenario, books: Sequence[Rulebook]) -> CostFacts:
    """A rate charged or a total claimed; the LPR is the one told, else that of the contract."""
    flags, contract_on = scenario.flags, scenario.flags.day("contract_date")
    charged = flags.number("annual_pct")
    return CostFacts(
        annual_rate_bp=_basis_points(charged),
        lpr_bp=_lpr(scenario, books),
        total_annual_bp=_basis_points(flags.number("total_annual_pct")),
        is_reduction_requested=flags.says("borrower_requests_reduction"),
        is_charged_by_platform=scenario.lender_kind == "loan_facilitation_platform"
        and bool(charged),
        contract_day=_as_number(contract_on) or 0,
    )


def principal(scenario: Scenario, books: Sequence[Rulebook]) -> PrincipalFacts:
    """Principal claimed against what was paid out; silence about either means the contract's."""
    flags = scenario.flags
    agreed = flags.number("contract_amount")
    paid_out = flags.number("paid_out")
    claimed = flags.number("principal_claimed")
    return PrincipalFacts(
        paid_out_minor=_fen(agreed if paid_out is None else paid_out),
        principal_claimed_minor=_fen(agreed if claimed is None else claimed),
    )


def payment_order(scenario: Scenario, books: Sequence[Rulebook]) -> PaymentOrderFacts:
    """Applying for a payment order."""
    return PaymentOrderFacts(
        is_serviceable=scenario.flags.says("serviceable", default=True),
        has_other_dispute=scenario.flags.says("other_dispute"),
    )


def small_claim(scenario: Scenario, books: Sequence[Rulebook]) -> SmallClaimFacts:
    """Filing a small claim; amounts that are not told breach nothing."""
    amount, half = scenario.flags.number("amount"), scenario.flags.number("avg_wage_half")
    is_told = amount is not None and half is not None
    return SmallClaimFacts(
        amount_minor=_fen(amount) if is_told else 0,
        half_wage_minor=_fen(half, ROUND_FLOOR) if is_told else 0,
        is_party_missing=scenario.flags.says("debtor_missing"),
    )


def enforcement(scenario: Scenario, books: Sequence[Rulebook]) -> EnforcementFacts:
    """Applying for enforcement; an interruption began the years anew on a day not told."""
    flags = scenario.flags
    ended = scenario.needed("flags.performance_period_end", flags.day("performance_period_end"))
    applied = flags.day("applied") or scenario.on
    is_restarted = flags.says("interrupted")
    return EnforcementFacts(
        years_passed=0 if is_restarted else full_years(ended, applied, end_may_move=True),
        is_restarted=is_restarted,
    )


def assertion(scenario: Scenario, books: Sequence[Rulebook]) -> LimitationFacts:
    """Saying that the claim can be enforced, on the day of the assertion.

    A case that names no due day but says that the claim is time-barred is taken at its word.
    """
    flags = scenario.flags
    first = flags.day("first_due")
    due = flags.day("last_due") or first
    today = flags.day("today") or scenario.on
    limitation = _book("CN-CC", books).parameter("limitation_years")
    years = limitation.at(max(scenario.on, limitation.values[0].from_on))
    if due is None:
        is_barred = scenario.needed("flags.last_due", flags.told("time_barred", bool))
        return LimitationFacts(act="assert_enforceable", years_passed=years if is_barred else 0)
    events = [on for on, _ in flags.told("interruptions", tuple) or () if on <= today]
    run = limitation_run(due, events, limitation_years=years)
    return LimitationFacts(
        act="assert_enforceable",
        years_passed=full_years(run.runs_from, today, end_may_move=True),
        years_since_due=full_years(due, today, end_may_move=True),
        is_instalment_debt=first is not None and first != due,
        is_restarted=run.is_restarted,
    )


def refund(scenario: Scenario, books: Sequence[Rulebook]) -> LimitationFacts:
    """The debtor asks a payment back: what was paid freely stays paid, time-barred or not."""
    return LimitationFacts(
        act="reclaim_payment",
        is_paid_voluntarily=scenario.flags.says("paid_voluntarily"),
    )


def deletion(scenario: Scenario, books: Sequence[Rulebook]) -> RetentionFacts:
    """Deleting a record; an oral plan's needs the debt settled, and silence does not say so."""
    flags = scenario.flags
    recorded = scenario.needed("flags.record_date", flags.day("record_date"))
    deleted = flags.day("delete_date") or scenario.on
    return RetentionFacts(
        record=RECORDS[flags.word("kind") or "collection_recording"],
        years_kept=full_years(recorded, deleted, end_may_move=False),
        has_open_dispute=flags.says("open_dispute"),
        is_debt_settled=flags.says("debt_settled"),
    )


def classification(scenario: Scenario, books: Sequence[Rulebook]) -> ClassificationFacts:
    """Keeping a loan in a class."""
    told = scenario.needed("flags.class", scenario.flags.word("class"))
    return ClassificationFacts(
        days_past_due=scenario.flags.count("overdue_days"), asset_class=ASSET_CLASSES[told]
    )


def card_collections(scenario: Scenario, books: Sequence[Rulebook]) -> CardCollectionFacts:
    """Counting every date as a separate effective collection."""
    dates = sorted(scenario.flags.told("dates", tuple) or ())
    gaps = [(later - earlier).days for earlier, later in pairwise(dates)]
    return CardCollectionFacts(least_gap_days=min(gaps, default=None), collections=len(dates))


def chain_evidence(scenario: Scenario, books: Sequence[Rulebook]) -> ChainEvidenceFacts:
    """Relying on a file kept on a chain."""
    return ChainEvidenceFacts(
        is_hash_matching=scenario.flags.says("hash_match", default=True),
        is_earlier_truth_challenged=scenario.flags.says("pre_chain_challenge"),
        has_earlier_proof=scenario.flags.says("lender_proof_pre_chain"),
    )


BUILDERS: Mapping[str, Builder] = {
    "outsource": outsourcing,
    "offer_plan": plan,
    "report_adverse": adverse_report,
    "answer_objection": objection,
    "display_adverse": adverse_display,
    "close_complaint": complaint,
    "claim_court_fee": court_fee,
    "charge_rate": cost,
    "claim_total_cost": cost,
    "compute_principal": principal,
    "apply_payment_order": payment_order,
    "file_small_claim": small_claim,
    "apply_enforcement": enforcement,
    "assert_enforceable": assertion,
    "refund_claim": refund,
    "delete_records": deletion,
    "classify": classification,
    "count_effective_collections": card_collections,
    "rely_on_chain_evidence": chain_evidence,
}


def _book(book_id: str, books: Sequence[Rulebook]) -> Rulebook:
    for book in books:
        if book.head.book_id == book_id:
            return book
    raise LookupError(f"The book {book_id} was not given: pass every loaded book.")


def _lpr(scenario: Scenario, books: Sequence[Rulebook]) -> int | None:
    told = scenario.flags.number("lpr_at_contract_pct")
    if told is not None:
        return int((told * HUNDRED).to_integral_value(ROUND_FLOOR))
    contract_on = scenario.flags.day("contract_date")
    if contract_on is None:
        return None
    return lpr_on(_book("CN-PRIV", books).parameter("lpr_one_year_bp"), contract_on)


def _days(start: date, on: date) -> int:
    """Days after `start`, which is not counted: 民法典 201."""
    return max((on - start).days, 0)


def _months(start: date, on: date) -> int:
    return max((on.year - start.year) * 12 + on.month - start.month, 0)


def _as_number(day: date | None) -> int | None:
    """A day as the number yyyymmdd."""
    return None if day is None else day.year * 10_000 + day.month * 100 + day.day


def _fen(yuan: Decimal | None, rounding: str = ROUND_CEILING) -> int:
    return int((HUNDRED * (yuan or 0)).to_integral_value(rounding))


def _basis_points(percent: Decimal | None) -> int:
    return _fen(percent)
