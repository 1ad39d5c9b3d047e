"""The demonstration, made the way anyone would: lenders, accounts, tapes through import, a run.

Every step looks whether it was done before, so a start that was broken off goes on, and a later
start only opens the console.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from importlib import resources
from pathlib import Path

from django.conf import settings

from forbear.contact.channels import Channel
from forbear.contact.permission import ContactRequest
from forbear.intake.presets.catalogue import preset
from forbear.intake.reports import ImportReport, Outcome, TapeKind
from forbear.portfolio.run_terms import Progress
from forbear.primitives.errors import require
from forbear.world.demo_tape import write_demo_tapes
from forbear.world.lenders import DEMO_LENDERS, DemoLender
from forbear_server.jobs.nightly import RunOutcome, run_nightly
from forbear_server.selectors.actors import Actor, Role, find_actor_by_name
from forbear_server.selectors.books import book_root, open_book
from forbear_server.selectors.lenders import find_lender
from forbear_server.selectors.reward_policies import policy_in_force
from forbear_server.selectors.scorecards import find_scorecard
from forbear_server.selectors.templates import find_template
from forbear_server.selectors.worklists import visible_items
from forbear_server.services.gate import issue_permit, lapse_permits
from forbear_server.services.import_acceptance import import_for_lender
from forbear_server.services.lenders import register_lender
from forbear_server.services.reward_policies import (
    add_policy,
    decide_policy,
    simulate_policy,
)
from forbear_server.services.scorecards import (
    add_scorecard,
    approve_scorecard,
    submit_scorecard,
)
from forbear_server.services.template_files import read_drafts
from forbear_server.services.templates import (
    approve_template,
    draft_template,
    submit_template,
)
from forbear_server.services.users import UserExists, UserUnknown, add_user
from forbear_server.store.lender_scope import lender_scope

SEED = 20261120
BUSINESS_DATE = date(2026, 11, 20)
RUN_AT = datetime(2026, 11, 20, 2, 30, tzinfo=UTC)  # 10:30 in Beijing, where the demo clock stands
# The evidence begins with decisions of the day before: by day, and after ten at night.
ASKED_BY_DAY = datetime(2026, 11, 19, 7, 30, tzinfo=UTC)
ASKED_AT_NIGHT = datetime(2026, 11, 19, 14, 0, tzinfo=UTC)
DECISIONS = 15
DECIDING_ACCOUNT = "collector"
CARD_WRITER, CARD_APPROVER = "strategist", "compliance"
CARD_TERMS = ("--recipe", "early_warning", "--preset", "book", "--simulated", "--seed", "1")
# Twelve facts anybody can read; the catalogue has more.
CARD_INPUTS = (
    *("days_past_due", "days_past_due_max_90d", "days_past_due_max_365d", "late_1_plus_90d"),
    *("days_late_mean", "days_late_last", "lateness_trend", "arrears_to_instalment"),
    *("part_payments_90d", "other_loans_in_arrears", "due_after_income_days", "months_on_book"),
)
# Three month-ends to learn from, and two, more than ninety days later, to be judged by.
CARD_DAYS = (
    *(date(2025, 11, 30), date(2025, 12, 31), date(2026, 1, 31)),
    *(date(2026, 6, 30), date(2026, 7, 31)),
)
ENGLISH_NAMES = {
    "qinghe": "Qinghe Consumer Finance (demo)",
    "yunshan": "Yunshan Bank (demo)",
    "hesui": "Hesui Microloan (demo)",
}
FIRST_LENDER_ACCOUNTS = (
    ("admin", "管理员 高宁", Role.ADMIN),
    ("collector", "催收员 沈悦", Role.COLLECTOR),
    ("collector2", "催收员 方舟", Role.COLLECTOR),
    ("lead", "组长 陆川", Role.LEAD),
    ("strategist", "策略 叶青", Role.STRATEGIST),
    ("compliance", "合规 江平", Role.COMPLIANCE),
    ("complaints", "投诉专员 许安", Role.COMPLAINTS),
)
OTHER_LENDER_ACCOUNTS = (
    ("admin", "管理员", Role.ADMIN),
    ("collector", "催收员", Role.COLLECTOR),
)


@dataclass(frozen=True, slots=True)
class DemoStep:
    """What a start of the demonstration did for one lender."""

    lender: DemoLender
    report: ImportReport
    run: RunOutcome


def tapes_root() -> Path:
    """Where the demonstration's tapes lie; `tape_demo.csv` is there to be imported by hand."""
    return Path(settings.DATA_DIR) / "tapes"


def prepare_accounts(now: datetime) -> None:
    """The three lenders and an account for each role."""
    for lender in DEMO_LENDERS:
        register_lender(
            code=lender.code,
            name_zh=lender.name,
            name_en=ENGLISH_NAMES[lender.code],
            kind=lender.kind,
            now=now,
        )
        is_first = lender is DEMO_LENDERS[0]
        for name, shown, role in FIRST_LENDER_ACCOUNTS if is_first else OTHER_LENDER_ACCOUNTS:
            username = name if is_first else f"{lender.code}-{name}"
            _add(lender.code, username, shown, role, now)


def _add(lender_code: str, username: str, shown: str, role: Role, now: datetime) -> None:
    try:
        add_user(
            lender_code=lender_code,
            username=username,
            display_name=shown,
            role=role,
            team="一组",
            is_demo=True,
            now=now,
        )
    except UserExists:
        return


def write_tapes() -> None:
    """Write the tapes if they are not there yet; same seed, same files."""
    if not (tapes_root() / "tape_demo.csv").exists():
        write_demo_tapes(tapes_root(), seed=SEED)


def prepare_lender(
    lender: DemoLender,
    *,
    clock: Callable[[], datetime],
    listener: Callable[[Progress], None] | None = None,
) -> DemoStep:
    """Import one lender's tape and run its night; both pass over what is done already."""
    report = import_for_lender(
        lender_code=lender.code,
        source=tapes_root() / lender.code,
        mapping=preset("forbear"),
        kind=TapeKind.NEW,
        business_date=BUSINESS_DATE,
        now=clock(),
    )
    require(
        report.outcome is not Outcome.REFUSED,
        f"the demo tape of {lender.code} was refused: {report}",
    )
    if lender is DEMO_LENDERS[0]:
        prepare_scorecard(lender, now=clock())
        prepare_rewards(lender, now=clock())
        prepare_templates(lender, now=clock())
    run = run_nightly(
        lender_code=lender.code,
        business_date=BUSINESS_DATE,
        at=RUN_AT,
        clock=clock,
        listener=listener,
    )
    return DemoStep(lender, report, run)


def prepare_scorecard(lender: DemoLender, *, now: datetime) -> None:
    """Fit an early-warning card on the lender's own (invented) book, submit and approve it.

    The command anyone would give; the card says that its people are invented.
    """
    file = Path(settings.DATA_DIR) / "cards" / f"{lender.code}-early-warning.json"
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        days = [part for day in CARD_DAYS for part in ("--as-of", str(day))]
        inputs = [part for name in CARD_INPUTS for part in ("--inputs", name)]
        subprocess.run(
            [sys.executable, "-m", "forbear_server.cli", "scoring", "fit", *CARD_TERMS, *days, *inputs,
             "--data", str(book_root(lender.code)), "--out", str(file)],
            check=True,
            stdout=subprocess.DEVNULL,
        )  # fmt: skip
    with lender_scope(find_lender(lender.code).lender_id):
        strategist, officer = _account(CARD_WRITER), _account(CARD_APPROVER)
        card = add_scorecard(actor=strategist, text=file.read_text(encoding="utf-8"), now=now)
        found = find_scorecard(card)
        if found is not None and found.row.state == "draft":
            submit_scorecard(actor=strategist, card_uuid=card, now=now)
            approve_scorecard(
                actor=officer,
                card_uuid=card,
                part="champion",
                note="演示：数据为虚构",
                is_demonstration=True,
                now=now,
            )


def prepare_rewards(lender: DemoLender, *, now: datetime) -> None:
    """A reward policy with its cost on the book, approved before the night."""
    text = resources.files("forbear.world").joinpath("demo_rewards.yaml").read_text("utf-8")
    with lender_scope(find_lender(lender.code).lender_id):
        if policy_in_force(BUSINESS_DATE) is not None:
            return
        writer, officer = _account(CARD_WRITER), _account(CARD_APPROVER)
        book = open_book(lender.code)
        costs = simulate_policy(actor=writer, text=text, book=book, as_of=BUSINESS_DATE, now=now)
        made = add_policy(actor=writer, text=text, costs=costs, now=now)
        decide_policy(
            actor=officer, policy_uuid=made, verb="approve", note="演示：数据为虚构", now=now
        )


def prepare_templates(lender: DemoLender, *, now: datetime) -> None:
    """The texts collectors write with: drafted and submitted by one person, approved by another."""
    text = resources.files("forbear.world").joinpath("demo_templates.yaml").read_text("utf-8")
    with lender_scope(find_lender(lender.code).lender_id):
        writer, officer = _account(CARD_WRITER), _account(CARD_APPROVER)
        for draft in read_drafts(text):
            made = draft_template(actor=writer, draft=draft, now=now)
            found = find_template(made)
            if found is not None and found.row.state == "draft":
                submit_template(actor=writer, template_uuid=made, now=now)
                approve_template(
                    actor=officer, template_uuid=made, note="演示：数据为虚构", now=now
                )


def _account(username: str) -> Actor:
    actor = find_actor_by_name(username)
    if actor is None:
        raise UserUnknown(f"{username} is made before the demo needs it.")
    return actor


def prepare_decisions() -> int:
    """Ask the gate about a few borrowers the day before, by day and at night; how many answers.

    So that the evidence has permits, refusals and questions for a person to look at. The same
    keys are asked each time, so a broken-off start goes on.
    """
    lender = find_lender(DEMO_LENDERS[0].code)
    with lender_scope(lender.lender_id):
        actor = _account(DECIDING_ACCOUNT)
        lines = visible_items(actor).select_related("borrower").order_by("-rank")[:DECISIONS]
        for number, line in enumerate(lines):
            issue_permit(
                actor=actor,
                borrower_ref=line.borrower.ref,
                asked=ContactRequest(Channel.SMS if number % 2 else Channel.VOICE_INTERACTIVE),
                content_digest="",
                idempotency_key=f"demo-decision-{number}",
                now=ASKED_AT_NIGHT if number % 3 == 1 else ASKED_BY_DAY,
            )
        lapse_permits(lender_id=lender.lender_id, now=RUN_AT)
        return len(lines)


def mark_prepared() -> None:
    """Remember that everything is there, so that the next start is quick."""
    _mark().write_text(f"{SEED}\n", encoding="utf-8")


def is_prepared() -> bool:
    """Whether an earlier start made everything."""
    return _mark().exists()


def _mark() -> Path:
    return Path(settings.DATA_DIR) / "demo.prepared"
