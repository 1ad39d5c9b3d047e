"""The loans of a person on C07 in words: what is owed and of what kind, what comes next, and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from forbear.contact.preferences import HoldKind
from forbear.delinquency.buckets import Bucket
from forbear.loans.arrears import ArrearsSplit, arrears_split
from forbear.loans.states import LoanState
from forbear.rulebooks.cn_civil_code_2021.limitation_states import LimitationState
from forbear_server.console.contact_wording import HOLDS
from forbear_server.console.score_wording import in_language
from forbear_server.console.wording import is_english, word
from forbear_server.selectors.actors import Actor
from forbear_server.selectors.borrower_pages import BorrowerPage
from forbear_server.selectors.limitations import RULE_ID, limitation_of
from forbear_server.selectors.loan_scores import ScoreExplained, find_loan_scores
from forbear_server.selectors.loans import LoanExplained
from forbear_server.services.early_warnings import WARNING_RECIPE

REASONS = 4
TAIL = 4
_LIMITATION_KINDS = {
    LimitationState.NORMAL: "quiet",
    LimitationState.NEAR: "care",
    LimitationState.PASSED: "harm",
}
_STATE_KINDS = {
    LoanState.SETTLED: "ok",
    LoanState.ON_TIME: "ok",
    LoanState.IN_ARREARS: "care",
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
    # What keeps contact about this loan back, in the words of the borrower's holds.
    holds: list[str]


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
    return [_card(actor, loan, _holds_of(page, loan.facts.ref)) for loan in page.loans]


def to_be_disputed(page: BorrowerPage) -> list[LoanExplained]:
    """The loans 异议 may still be taken in for: none when all of them are disputed at once."""
    disputed = {hold.loan_ref for hold in page.holds if hold.kind == HoldKind.DISPUTE.value}
    return [] if "" in disputed else [loan for loan in page.loans if loan.facts.ref not in disputed]


def _holds_of(page: BorrowerPage, ref: str) -> list[str]:
    kinds = dict.fromkeys(hold.kind for hold in page.holds if hold.loan_ref == ref)
    return [word(HOLDS, kind) for kind in kinds]


def shown_scores(actor: Actor, page: BorrowerPage) -> list[ShownScore]:
    """The score of each loan that has one, by the card in use, in the order of the loans."""
    refs = [loan.facts.ref for loan in page.loans]
    if not refs:
        return []
    found = find_loan_scores(actor, refs, recipe=WARNING_RECIPE)
    return [_score(ref, found[ref]) for ref in refs if ref in found]


def _score(loan_ref: str, found: ScoreExplained) -> ShownScore:
    tells = {one.name: in_language(one.tells) or one.name for one in found.card.characteristics}
    return ShownScore(
        loan_ref=loan_ref,
        points=found.score.points,
        as_of=found.as_of,
        reasons=[tells[loss.characteristic] for loss in found.score.losses[:REASONS]],
    )


def _card(actor: Actor, loan: LoanExplained, holds: list[str]) -> ShownLoanCard:
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
        state=_state_word(loan.state),
        state_kind=_STATE_KINDS.get(loan.state, "quiet"),
        holds=holds,
    )


def _following(loan: LoanExplained) -> ShownDue | None:
    """The first instalment that falls due after today and is not paid ahead."""
    for one in sorted(loan.schedule, key=lambda i: (i.due_on, i.seq)):
        unpaid = one.due_minor - loan.allocation.paid_on(one.seq)
        if one.due_on > loan.as_of and unpaid > 0:
            return ShownDue(one.due_on, unpaid)
    return None


def _state_word(state: LoanState) -> str:
    return {
        LoanState.RECALLED: _("已收回委托"),
        LoanState.WRITTEN_OFF: _("已核销"),
        LoanState.SETTLED: _("已结清"),
        LoanState.IN_ARREARS: _("逾期"),
        LoanState.ON_TIME: _("正常还款"),
    }[state]


def _limitation(actor: Actor, loan: LoanExplained) -> ShownLimitation | None:
    found = limitation_of(loan, scope=actor.scope)
    if found is None:
        return None
    words = {
        LimitationState.NORMAL: pgettext("limitation", "正常"),
        LimitationState.NEAR: _("180 天内届满"),
        LimitationState.PASSED: _("已届满"),
    }
    return ShownLimitation(
        word=words[found.state],
        kind=_LIMITATION_KINDS[found.state],
        last_day=found.last_day,
        is_restarted=found.is_restarted,
        rule_id=RULE_ID,
    )


def _percent(loan: LoanExplained) -> str:
    rate = loan.facts.interest_rate_annual
    return "" if rate is None else f"{rate * 100:.1f}%"
