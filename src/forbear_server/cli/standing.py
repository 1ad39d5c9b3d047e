"""`forbear standing`: a borrower's standing 善还分 from a book, and what a reward policy costs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from forbear.portfolio.book import Book
from forbear.portfolio.borrowers import loan_records
from forbear.portfolio.standings import costs_of_book
from forbear.primitives.errors import RequestRefused
from forbear.primitives.identifiers import BorrowerId, LenderId
from forbear.primitives.money import Currency, format_minor
from forbear.scoring.reward_costs import PolicyCosts
from forbear.scoring.rewards import RewardPolicy, policy_of_lender, read_policy
from forbear.scoring.standing import Standing, standing
from forbear.scoring.standing_histories import StandingHistory
from forbear.scoring.standing_steps import RaisingStep, steps_to_raise
from forbear_server.cli.books import known_book
from forbear_server.cli.days import day_of
from forbear_server.cli.presenting import refusing, say, show_records

app = typer.Typer(
    no_args_is_help=True,
    help="Standing 善还分: 0 to 1000 from repayment alone. Needs no database.",
)


class Language(StrEnum):
    """Languages of the sentences."""

    ZH = "zh-Hans"
    EN = "en"


BookFolder = Annotated[Path, typer.Option("--book", help="Folder of the book.")]
AsOf = Annotated[str, typer.Option(help="The day, 2026-11-20: its end is looked at.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command()
def show(
    book: BookFolder,
    borrower: Annotated[str, typer.Option(help="The borrower's id on the tape.")],
    as_of: AsOf,
    lender: Annotated[str | None, typer.Option(help="The lender, if the book holds more.")] = None,
    policy: Annotated[
        Path | None, typer.Option(help="A reward policy: shows what is held and what comes next.")
    ] = None,
    offered_after_days: Annotated[
        int | None,
        typer.Option(
            min=0, help="Relief is offered to everybody so many days after a due date; see below."
        ),
    ] = None,
    language: Annotated[Language, typer.Option(help="Language of the sentences.")] = Language.EN,
    as_json: AsJson = False,
) -> None:
    """A borrower's standing: points, band, every reason, and at most three steps that raise it.

    The start and the points of all reasons add to the score. Lateness counts only after relief was
    offered; a book does not tell offers, so without --offered-after-days (or a policy that says it)
    nothing is taken away.

    Example: forbear standing show --book BOOK --borrower B-100231 --as-of 2026-11-20
    """
    with refusing(RequestRefused, ValueError):
        day = day_of(as_of)
        opened = known_book(book, lender)
        told = None if policy is None else _policy(policy)
        owner = _lender_of(opened, borrower, lender)
        if told is not None:
            policy_of_lender(told, owner)
            if offered_after_days is None:
                offered_after_days = told.offered_after_days
        history = StandingHistory(
            lender=LenderId(owner),
            borrower_id=BorrowerId(borrower),
            loans=loan_records(opened, lender=owner, borrower_id=borrower),
            offered_after_days=offered_after_days,
        )
        made = standing(history, as_of=day)
        steps = steps_to_raise(history, as_of=day)
    record = _standing_record(made, steps, told, language.value)
    if as_json:
        typer.echo(json.dumps(record, ensure_ascii=False, default=str, indent=2))
        return
    _show_standing(made, record)


@app.command()
def simulate(
    book: BookFolder,
    policy: Annotated[Path, typer.Option(help="The reward policy, a YAML file.")],
    as_of: AsOf,
    as_json: AsJson = False,
) -> None:
    """What a reward policy would cost on a book: today, and at the twelve month ends before.

    People in each band, interest forgone and penalties waived in a year, exposure added: whole minor
    units, by the schedule; nobody is assumed to pay better for a reward.

    Example: forbear standing simulate --book BOOK --policy rewards.yaml --as-of 2026-11-20 --json
    """
    with refusing(RequestRefused, ValueError):
        day = day_of(as_of)
        told = _policy(policy)
        opened = known_book(book, told.lender)
        months = costs_of_book(opened, told, as_of=day)
    records = [_costs_record(one) for one in months]
    if as_json:
        typer.echo(json.dumps(records, ensure_ascii=False, default=str, indent=2))
        return
    _show_costs(months, told.currency)


def _policy(path: Path) -> RewardPolicy:
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise ValueError(f"{path} is no text in UTF-8: save it anew as UTF-8.") from None
    return read_policy(text, file=path.name)


def _lender_of(book: Book, borrower: str, lender: str | None) -> str:
    """The lender a borrower is looked at with; refuses to guess among several."""
    held = [lender] if lender is not None else sorted(book.manifest.lenders)
    found = [one for one in held if loan_records(book, lender=one, borrower_id=borrower)]
    if not found:
        raise ValueError(f"No loan of borrower {borrower!r} in the book: check the id.")
    if len(found) > 1:
        raise ValueError(f"Borrower {borrower!r} is known to {', '.join(found)}: add --lender.")
    return found[0]


def _standing_record(
    made: Standing, steps: tuple[RaisingStep, ...], policy: RewardPolicy | None, language: str
) -> dict[str, Any]:
    record: dict[str, Any] = {
        "as_of": made.as_of,
        "points": made.points,
        "tier": made.tier,
        "tier_says": made.tier_says[language],
        "is_known": made.is_known,
        "rules_version": made.rules_version,
        "start": made.start,
        "reasons": [
            {"code": one.code, "points": one.points, "says": one.words(language)}
            for one in made.reasons
        ],
        "steps": [
            {
                "code": one.code,
                "gain": one.gain,
                "on": one.on,
                "points_then": one.points_then,
                "amount_minor": one.amount_minor,
                "says": one.words(language),
            }
            for one in steps
        ],
    }
    if policy is not None:
        record["rewards"] = [
            {
                "id": one.id,
                "held": is_held,
                "from_points": one.from_points,
                "rule": one.rule[language],
            }
            for is_held, rewards in ((True, policy.held(made)), (False, policy.following(made)))
            for one in rewards
        ]
        record["limits"] = [
            {"id": one.id, "below_points": one.below_points, "rule": one.rule[language]}
            for one in policy.limits_on(made)
        ]
    return record


def _show_standing(made: Standing, record: dict[str, Any]) -> None:
    say(
        f"{made.points} of 1000 on {made.as_of}: {record['tier_says']} (rules {made.rules_version})"
    )
    if not made.is_known:
        say("Too few instalments fell due yet: a borrower is shown no score.")
    start = {"code": "start", "points": made.start, "says": ""}
    show_records([start, *record["reasons"]], as_json=False, title="Reasons")
    show_records(record["steps"], as_json=False, title="What would raise it")
    for part in ("rewards", "limits"):
        if part in record:
            show_records(record[part], as_json=False, title=part.capitalize())


def _costs_record(costs: PolicyCosts) -> dict[str, Any]:
    return {
        "as_of": costs.as_of,
        "people": costs.people,
        "unknown": costs.unknown,
        "tiers": dict(costs.tiers),
        "rewards": [asdict(one) for one in costs.rewards],
        "limits": [
            {"limit": limit, "people": people, "less_minor": less}
            for limit, people, less in costs.limited
        ],
        "yearly_minor": costs.yearly_minor,
    }


def _show_costs(months: Sequence[PolicyCosts], currency: Currency) -> None:
    today = months[0]
    rows = [
        {
            "reward": one.reward,
            "people": f"{one.people:,}",
            "interest a year": format_minor(one.interest_forgone_minor, currency),
            "waived": format_minor(one.waived_minor, currency),
            "exposure": format_minor(one.exposure_minor, currency),
        }
        for one in today.rewards
    ]
    show_records(rows, as_json=False, title=f"{today.people:,} people on {today.as_of}")
    for limit, people, less in today.limited:
        say(f"Limit {limit}: {people:,} people, {format_minor(less, currency)} less to borrow.")
    for one in months:
        bands = ", ".join(
            f"{code} {people:,}" for code, people in (*one.tiers, ("unknown", one.unknown))
        )
        say(f"{one.as_of}: {format_minor(one.yearly_minor, currency)} a year ({bands})")
