"""What would raise a standing: at most three steps a borrower can do, with points and a day.

Each step is tried out on the borrower's own history by the same function that scores it, so a
promised point is a point: the standing on the step's day with the step, less the standing on that
day if nothing more is paid.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from forbear.delinquency.aging import DEFAULT_SCHEME, AgingScheme, aging
from forbear.loans.payments import Payment
from forbear.primitives.identifiers import LoanId, PaymentId
from forbear.scoring.features_lateness import instalment_stories
from forbear.scoring.histories import LoanRecord, record_at
from forbear.scoring.standing import standing
from forbear.scoring.standing_histories import Protection, ProtectionKind, StandingHistory
from forbear.scoring.standing_rules import step_words

AHEAD = timedelta(days=90)  # how far a step looks
MOST_STEPS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class RaisingStep:
    """Doing this gives `gain` more points on `on` than paying nothing more: `points_then` in all.

    `amount_minor`: what the step costs, None where it costs nothing.
    """

    code: str
    on: date
    gain: int
    points_then: int
    amount_minor: int | None

    def words(self, language: str) -> str:
        """The step as the borrower reads it."""
        return step_words()[self.code][language].format(on=self.on)


def steps_to_raise(
    history: StandingHistory, *, as_of: date, scheme: AgingScheme = DEFAULT_SCHEME
) -> tuple[RaisingStep, ...]:
    """The steps that gain most, largest first; of equal ones the earlier day."""
    found = []
    for code, changed, on, amount in _tries(history, as_of=as_of, scheme=scheme):
        then = standing(changed, as_of=on, scheme=scheme).points
        gain = then - standing(history, as_of=on, scheme=scheme).points
        if gain > 0:
            found.append(
                RaisingStep(code=code, on=on, gain=gain, points_then=then, amount_minor=amount)
            )
    return tuple(sorted(found, key=lambda step: (-step.gain, step.on, step.code))[:MOST_STEPS])


_Try = tuple[str, StandingHistory, date, int | None]


def _tries(history: StandingHistory, *, as_of: date, scheme: AgingScheme) -> Iterator[_Try]:
    late = {one.loan_id: _arrears(one, as_of) for one in history.loans if _arrears(one, as_of)}
    if late:
        yield _caught_up(history, late, as_of)
        yield _relieved(history, set(late), as_of)
    coming = sorted(
        (due_on, record.loan_id, amount)
        for record in history.loans
        if record.loan_id not in late and record.disbursed_on <= as_of
        for due_on, amount in _coming(record, as_of=as_of, scheme=scheme)
    )
    if coming:
        yield _paid("pay_next", history, coming[:1])
    if len(coming) > 1:
        yield _paid("pay_coming", history, coming)


def _arrears(record: LoanRecord, as_of: date) -> int:
    known = record_at(record, as_of)
    return aging(known.schedule, known.payments, as_of).arrears_minor


def _coming(record: LoanRecord, *, as_of: date, scheme: AgingScheme) -> Iterator[tuple[date, int]]:
    """Due dates of the next 90 days with what is still to pay for each."""
    known = record_at(record, as_of)
    paid = sum(payment.amount_minor for payment in known.payments)
    for story in instalment_stories(known, as_of=as_of, scheme=scheme):
        if as_of < story.due_on <= as_of + AHEAD and story.cumulative_minor > paid:
            yield story.due_on, min(story.cumulative_minor - paid, story.due_minor)


def _caught_up(history: StandingHistory, late: Mapping[LoanId, int], as_of: date) -> _Try:
    loans = tuple(
        _with_payment(one, as_of, late[one.loan_id]) if one.loan_id in late else one
        for one in history.loans
    )
    return "catch_up", replace(history, loans=loans), as_of + AHEAD, sum(late.values())


def _relieved(history: StandingHistory, late: set[LoanId], as_of: date) -> _Try:
    """Relief from tomorrow on: the days until then count as they are."""
    granted = tuple(
        Protection(
            loan_id=one.loan_id,
            kind=ProtectionKind.RELIEF,
            starts_on=as_of + timedelta(days=1),
            ends_on=as_of + AHEAD,
        )
        for one in history.loans
        if one.loan_id in late
    )
    changed = replace(history, protections=(*history.protections, *granted))
    return "ask_relief", changed, as_of + AHEAD, None


def _paid(code: str, history: StandingHistory, dues: Sequence[tuple[date, LoanId, int]]) -> _Try:
    loans = list(history.loans)
    for due_on, loan_id, amount in dues:
        place = next(n for n, one in enumerate(loans) if one.loan_id == loan_id)
        loans[place] = _with_payment(loans[place], due_on, amount)
    total = sum(amount for _, _, amount in dues)
    return code, replace(history, loans=tuple(loans)), dues[-1][0], total


def _with_payment(record: LoanRecord, on: date, amount: int) -> LoanRecord:
    supposed = Payment(PaymentId(f"supposed {on} {len(record.payments)}"), on, amount)
    return replace(record, payments=(*record.payments, supposed))
