"""The loan page of C07: what happened on this loan, and how each of its numbers comes about."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from forbear.loans.schedules import Instalment
from forbear_server.console.actors import ConsoleRequest, screen
from forbear_server.console.loan_scores import refusal_text, score_context
from forbear_server.console.problems import Problem
from forbear_server.console.standings import standing_context
from forbear_server.console.wording import (
    CHANNELS,
    METHODS,
    OUTCOMES,
    PAYMENT_KINDS,
    is_english,
    word,
)
from forbear_server.selectors.access import Level, Screen, access_level, may_write
from forbear_server.selectors.loans import LoanExplained, find_loan
from forbear_server.services.loans import record_loan_read
from forbear_server.ui.clock import BEIJING, business_now
from forbear_server.ui.templatetags.forbear import money


@dataclass(frozen=True, slots=True)
class ScheduleLine:
    instalment: Instalment
    due_minor: int
    paid_minor: int
    unpaid_minor: int
    state: str
    state_kind: str


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a derivation: what it is, from what, and what comes out."""

    label: str
    working: str
    outcome: str


@dataclass(frozen=True, slots=True)
class Happening:
    on: str
    icon: str
    kind: str
    text: str


@require_GET
@screen(Screen.LOAN)
def loan(request: ConsoleRequest, ref: str) -> HttpResponse:
    today = business_now().date()
    as_of, problems = _as_of(request.GET.get("as_of", ""), today)
    found = find_loan(request.actor, ref, as_of=as_of)
    if found is None:
        raise Http404
    record_loan_read(
        actor=request.actor,
        loan_ref=ref,
        borrower_ref=found.facts.borrower_ref,
        now=business_now(),
    )
    context = {
        "loan": found,
        "today": today,
        "problems": problems,
        "method": word(METHODS, found.facts.method) if found.facts.method else "",
        "interest_rate": _percent(found.facts.interest_rate_annual),
        "bucket_days": found.bucket.name_en if is_english() else found.bucket.name_zh,
        "schedule": _schedule_lines(found),
        "days_steps": _days_steps(found),
        "money_steps": _money_steps(found),
        "penalty_steps": _penalty_steps(found),
        "payoff_steps": _payoff_steps(found),
        "timeline": _timeline(found, today),
        "rest_minor": found.allocation.credit_minor,
        **score_context(request.actor, ref),
        **standing_context(request.actor, found.facts.borrower_ref, as_of),
        "warning_refusal": refusal_text(request.GET.get("refused", "")),
        "may_work": may_write(request.actor, Screen.LOAN),
        "may_see_card": access_level(request.actor, Screen.SCORECARDS) is not Level.NONE,
    }
    status = 422 if problems else 200
    return render(request, "console/loan.html", context, status=status)


def _as_of(text: str, today: date) -> tuple[date, list[Problem]]:
    if not text:
        return today, []
    try:
        chosen = date.fromisoformat(text)
    except ValueError:
        return today, [Problem("as_of", _("请填写日期，例如 2026-11-20。"))]
    if chosen > today:
        return today, [Problem("as_of", _("只能查看今天或以前的日期。"))]
    return chosen, []


def _percent(rate: Decimal | None) -> str:
    return "" if rate is None else f"{(rate * 100).normalize():f}%"


def _schedule_lines(loan: LoanExplained) -> list[ScheduleLine]:
    return [_schedule_line(loan, instalment) for instalment in loan.schedule]


def _schedule_line(loan: LoanExplained, instalment: Instalment) -> ScheduleLine:
    paid = loan.allocation.paid_on(instalment.seq)
    unpaid = instalment.due_minor - paid
    if unpaid <= 0:
        state, kind = _("已还清"), "ok"
    elif instalment.due_on > loan.as_of:
        state, kind = _("未到期"), "quiet"
    elif instalment.due_on == loan.as_of:
        state, kind = _("今天到期"), "care"
    else:
        state, kind = _("已到期未还清"), "care"
    return ScheduleLine(instalment, instalment.due_minor, paid, unpaid, state, kind)


def _days_steps(loan: LoanExplained) -> list[Step]:
    """Days past due, line by line, as delinquency.aging defines them."""
    aging, currency = loan.aging, loan.facts.currency
    due = [one for one in loan.schedule if one.due_on <= loan.as_of]
    steps = [
        Step(
            _("截至 %(day)s 到期的各期合计") % {"day": loan.as_of},
            _("%(n)s 期") % {"n": len(due)},
            money(aging.due_minor, currency),
        ),
        Step(_("截至当日收到的还款合计"), "", money(aging.paid_minor, currency)),
    ]
    if aging.oldest_unmet_due_on is None or aging.counted_from is None:
        steps.append(
            Step(
                _("收到的已覆盖全部到期金额，没有未还清的期"),
                f"{money(aging.paid_minor, currency)} ≥ {money(aging.due_minor, currency)}",
                _("逾期 0 天"),
            )
        )
        return steps
    return steps + _late_steps(loan, due, aging.oldest_unmet_due_on, aging.counted_from)


def _late_steps(
    loan: LoanExplained, due: list[Instalment], oldest_due_on: date, counted_from: date
) -> list[Step]:
    """From the oldest unmet instalment to the count of days."""
    aging, currency = loan.aging, loan.facts.currency
    oldest = next(one for one in due if one.due_on == oldest_due_on)
    running = sum(one.due_minor for one in due if one.due_on <= oldest.due_on)
    span = (loan.as_of - counted_from).days
    return [
        Step(
            _("最早没有还清的一期（还款先算最早的期）"),
            _("到第 %(seq)s 期累计应还 %(due)s，多于收到的 %(paid)s")
            % {
                "seq": oldest.seq,
                "due": money(running, currency),
                "paid": money(aging.paid_minor, currency),
            },
            str(oldest_due_on),
        ),
        Step(
            _("起算日"),
            _("约定重新起算") if counted_from != oldest_due_on else _("该期到期日"),
            str(aging.counted_from),
        ),
        Step(
            _("起算日到 %(day)s") % {"day": loan.as_of},
            f"{loan.as_of} − {aging.counted_from}",
            _("%(n)s 天") % {"n": span},
        ),
        Step(_("减去暂停计算的天数"), "", _("%(n)s 天") % {"n": aging.paused_days}),
        Step(
            _("逾期天数"),
            f"{span} − {aging.paused_days}",
            _("%(n)s 天") % {"n": aging.days_past_due},
        ),
    ]


def _money_steps(loan: LoanExplained) -> list[Step]:
    """Arrears and outstanding, from the same few sums."""
    aging, currency = loan.aging, loan.facts.currency
    total = sum(one.due_minor for one in loan.schedule)

    def shown(minor: int) -> str:
        return money(minor, currency)

    return [
        Step(
            _("到期未还"),
            f"{shown(aging.due_minor)} − {shown(aging.paid_minor)}",
            shown(aging.arrears_minor),
        ),
        Step(_("罚息（见下表）"), "", shown(loan.penalty_minor)),
        Step(
            _("逾期应还"),
            f"{shown(aging.arrears_minor)} + {shown(loan.penalty_minor)}",
            shown(loan.arrears_minor),
        ),
        Step(
            _("计划总额减去收到的"),
            f"{shown(total)} − {shown(aging.paid_minor)}",
            shown(aging.outstanding_minor),
        ),
        Step(
            _("未结清"),
            f"{shown(aging.outstanding_minor)} + {shown(loan.penalty_minor)}",
            shown(loan.outstanding_minor),
        ),
    ]


def _payoff_steps(loan: LoanExplained) -> list[Step]:
    """What would end the loan on this day, line by line."""
    payoff, currency = loan.payoff, loan.facts.currency
    if payoff is None or payoff.payoff_amount_minor == 0:
        return []
    lines = [
        (_("到期未还"), payoff.arrears_minor),
        (_("未到期本金"), payoff.principal_not_due_minor),
        (_("本期已过天数的利息"), payoff.running_interest_minor),
        (_("罚息"), payoff.penalty_accrued_minor),
        (_("减去提前收到的"), -payoff.credit_minor),
    ]
    steps = [Step(name, "", money(minor, currency)) for name, minor in lines if minor]
    return [*steps, Step(_("提前结清金额"), "", money(payoff.payoff_amount_minor, currency))]


def _penalty_steps(loan: LoanExplained) -> list[Step]:
    """Penalty interest of each late instalment: unpaid principal summed over days, times the rate."""
    currency = loan.facts.currency
    rate = _percent(loan.facts.penalty_rate_annual)
    return [
        Step(
            _("第 %(seq)s 期，%(day)s 到期，%(n)s 天")
            % {"seq": one.seq, "day": one.due_on, "n": one.days},
            _("未还本金按日相加 %(sum)s × %(rate)s ÷ %(year)s")
            % {"sum": money(one.minor_days, currency), "rate": rate, "year": loan.year_days},
            money(one.amount_minor, currency),
        )
        for one in loan.penalties
    ]


def _timeline(loan: LoanExplained, today: date) -> list[Happening]:
    """Everything that happened up to `as_of`, newest first."""
    found = [*_agreed(loan), *_paid(loan), *_attempted(loan, min(loan.as_of, today))]
    return sorted(found, key=lambda one: one.on, reverse=True)


def _agreed(loan: LoanExplained) -> Iterator[Happening]:
    """Pay-out, due dates, pauses and re-ages."""
    currency = loan.facts.currency
    if loan.facts.disbursed_on:
        principal = money(loan.facts.principal_minor, currency)
        yield Happening(str(loan.facts.disbursed_on), "cash", _("放款"), principal)
    for one in loan.schedule:
        if one.due_on <= loan.as_of:
            text = _("第 %(seq)s 期 %(amount)s") % {
                "seq": one.seq,
                "amount": money(one.due_minor, currency),
            }
            yield Happening(str(one.due_on), "calendar", _("到期"), text)
    for pause in loan.pauses:
        if pause.starts_on <= loan.as_of:
            text = _("%(start)s 至 %(end)s 不计逾期天数") % {
                "start": pause.starts_on,
                "end": pause.ends_on,
            }
            yield Happening(str(pause.starts_on), "player-pause", _("暂停"), text)
    for re_age in loan.re_ages:
        if re_age.on <= loan.as_of:
            text = _("逾期天数从这一天重新起算")
            yield Happening(str(re_age.on), "rotate-clockwise", _("重新起算"), text)


def _paid(loan: LoanExplained) -> Iterator[Happening]:
    for payment in loan.payments:
        if payment.effective_on <= loan.as_of:
            amount = money(payment.amount_minor, loan.facts.currency)
            kind = word(PAYMENT_KINDS, payment.kind)
            yield Happening(str(payment.effective_on), "receipt", kind, amount)


def _attempted(loan: LoanExplained, until: date) -> Iterator[Happening]:
    for attempt in loan.attempts:
        local = attempt.at.astimezone(BEIJING)
        if local.date() <= until:
            icon = "phone" if attempt.channel.startswith("voice") else "message-circle"
            yield Happening(
                f"{local:%Y-%m-%d %H:%M}",
                icon,
                word(CHANNELS, attempt.channel),
                word(OUTCOMES, attempt.outcome),
            )
