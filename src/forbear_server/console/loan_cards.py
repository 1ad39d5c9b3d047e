"""The loans of a person on C07 in words: what is owed and of what kind, what comes next, and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from forbear.delinquency.buckets import Bucket
from forbear.loans.arrears import ArrearsSplit, arrears_split
from forbear_server.console.score_wording import in_language
from forbear_server.console.wording import Words, is_english, word
from forbear_server.selectors.actors import Actor
from forbear_server.selectors.borrower_pages import BorrowerPage
from forbear_server.selectors.limitations import RULE_ID, LimitationState, limitation_of
from forbear_server.selectors.loan_scores import ScoreExplained, find_loan_score
from forbear_server.selectors.loans import LoanExplained
from forbear_server.services.early_warnings import WARNING_RECIPE

REASONS = 4
TAIL = 4
LIMITATIONS: Words = {
    LimitationState.NORMAL: gettext_lazy("正常"),
    LimitationState.NEAR: gettext_lazy("180 天内届满"),
    LimitationState.PASSED: gettext_lazy("已届满"),
}
_LIMITATION_KINDS = {
    LimitationState.NORMAL: "quiet",
    LimitationState.NEAR: "care",
    LimitationState.PASSED: "harm",
}


@dataclass(frozen=True, slots=True)
class ShownDue:
    """The next instalment after today, and what of it is not paid yet."""

    due_on: date
    unpaid_minor: int


@dataclass(frozen=True, slots=True)
class ShownLimitation:
    word: str
    kind: str
    last_day: date
    is_restarted: bool
    rule_id: str


@dataclass(frozen=True, slots=True)
class ShownLoanCard:
    """One loan as the left column shows it."""

    loan: LoanExplained
    tail: str
    bucket: str
    split: ArrearsSplit
    following: ShownDue | None
    rate: str
    limitation: ShownLimitation | None
    state: str
    state_kind: str


@dataclass(frozen=True, slots=True)
class ShownScore:
    """Why a loan is scored as it is: its largest losses in the card's own sentences."""

    loan_ref: str
    points: int
    as_of: date
    reasons: list[str]


def bucket_word(bucket: Bucket) -> str:
    """`M2 (31–60 天)`: the band with its days."""
    return f"{bucket.name} ({bucket.name_en if is_english() else bucket.name_zh})"


def shown_loans(actor: Actor, page: BorrowerPage) -> list[ShownLoanCard]:
    return [_card(actor, loan) for loan in page.loans]


def shown_scores(page: BorrowerPage) -> list[ShownScore]:
    """The score of each loan that has one, by the card in use."""
    found = [(loan.facts.ref, find_loan_score(loan.facts.ref, recipe=WARNING_RECIPE))
             for loan in page.loans]  # fmt: skip
    return [_score(ref, score) for ref, score in found if score is not None]


def _score(loan_ref: str, found: ScoreExplained) -> ShownScore:
    tells = {one.name: in_language(one.tells) or one.name for one in found.card.characteristics}
    return ShownScore(
        loan_ref=loan_ref,
        points=found.score.points,
        as_of=found.as_of,
        reasons=[tells[loss.characteristic] for loss in found.score.losses[:REASONS]],
    )


def _card(actor: Actor, loan: LoanExplained) -> ShownLoanCard:
    state, kind = _state(loan)
    return ShownLoanCard(
        loan=loan,
        tail=loan.facts.ref[-TAIL:],
        bucket=bucket_word(loan.bucket),
        split=arrears_split(
            loan.schedule,
            loan.allocation,
            as_of=loan.as_of,
            accrued_penalty_minor=loan.penalty_minor,
        ),
        following=_following(loan),
        rate=_percent(loan),
        limitation=_limitation(actor, loan),
        state=state,
        state_kind=kind,
    )


def _following(loan: LoanExplained) -> ShownDue | None:
    """The first instalment that falls due after today and is not paid ahead."""
    for one in sorted(loan.schedule, key=lambda i: (i.due_on, i.seq)):
        unpaid = one.due_minor - loan.allocation.paid_on(one.seq)
        if one.due_on > loan.as_of and unpaid > 0:
            return ShownDue(one.due_on, unpaid)
    return None


def _state(loan: LoanExplained) -> tuple[str, str]:
    if loan.facts.recalled_on is not None and loan.facts.recalled_on <= loan.as_of:
        return _("已收回委托"), "quiet"
    if loan.facts.written_off_on is not None and loan.facts.written_off_on <= loan.as_of:
        return _("已核销"), "quiet"
    if loan.outstanding_minor == 0:
        return _("已结清"), "ok"
    return (_("逾期"), "care") if loan.aging.days_past_due else (_("正常还款"), "ok")


def _limitation(actor: Actor, loan: LoanExplained) -> ShownLimitation | None:
    found = limitation_of(loan, scope=actor.scope)
    if found is None:
        return None
    return ShownLimitation(
        word=word(LIMITATIONS, found.state),
        kind=_LIMITATION_KINDS[found.state],
        last_day=found.last_day,
        is_restarted=found.is_restarted,
        rule_id=RULE_ID,
    )


def _percent(loan: LoanExplained) -> str:
    rate = loan.facts.interest_rate_annual
    return "" if rate is None else f"{rate * 100:.1f}%"
