"""`forbear standing` on a small book."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from builders import book_of, instalments, payment
from forbear_server.cli.standing import app
from scoring.test_rewards import POLICY

DUE = [
    ("2026-07-10", 1_000),
    ("2026-08-10", 1_000),
    ("2026-09-10", 1_000),
    ("2026-10-20", 1_000),
]
PAID = [payment(on, amount, on) for on, amount in DUE[:3]]
AS_OF = ["--as-of", "2026-09-20"]


@pytest.fixture
def book(tmp_path: Path) -> str:
    loans = {"L1": (instalments(*DUE), PAID), "L2": (instalments(*DUE), [])}
    book_of(tmp_path / "book", loans)
    return str(tmp_path / "book")


def run(*words: str) -> Any:
    return CliRunner().invoke(app, list(words))


def test_a_standing_adds_up_and_says_what_raises_it(book: str) -> None:
    done = run("show", "--book", book, "--borrower", "B-L1", *AS_OF, "--json")
    told = json.loads(done.stdout)
    # a month adds at most 31; 72, 41 and 10 days ago: 24.8 → 25, 27.5 → 27, 30.1 → 30
    assert told["points"] == told["start"] + sum(one["points"] for one in told["reasons"])
    assert (told["points"], told["tier"], told["is_known"]) == (682, "starting", True)
    assert [one["code"] for one in told["steps"]] == ["pay_next"]
    assert told["reasons"][0]["says"] == "Paid on time: 3 months"


def test_lateness_counts_when_the_lender_says_relief_is_offered(book: str) -> None:
    show = ("show", "--book", book, "--borrower", "B-L2", *AS_OF, "--json")
    assert json.loads(run(*show).stdout)["points"] == 600
    told = json.loads(run(*show, "--offered-after-days", "2").stdout)
    assert (told["points"], told["tier"]) == (510, "recovering")
    assert {one["code"] for one in told["steps"]} == {"catch_up", "ask_relief"}


def test_the_table_for_people_has_the_same_numbers(book: str, tmp_path: Path) -> None:
    policy = tmp_path / "rewards.yaml"
    policy.write_text(POLICY, encoding="utf-8")
    done = run("show", "--book", book, "--borrower", "B-L1", *AS_OF, "--policy", str(policy))
    assert done.exit_code == 0
    assert "682 of 1000 on 2026-09-20: Starting" in done.stdout
    assert "discount-more" in done.stdout


def test_a_policy_is_simulated_over_the_months(book: str, tmp_path: Path) -> None:
    policy = tmp_path / "rewards.yaml"
    policy.write_text(POLICY, encoding="utf-8")
    words = ("simulate", "--book", book, "--policy", str(policy), *AS_OF)
    months = json.loads(run(*words, "--json").stdout)
    assert (len(months), months[0]["people"]) == (9, 2)
    assert months[0]["tiers"]["starting"] == 1
    assert months[0]["limits"] == [{"limit": "less", "people": 1, "less_minor": 0}]
    assert run(*words).exit_code == 0


FAULTS = [
    (["--borrower", "B-9"], "No loan of borrower 'B-9'"),
    (["--borrower", "B-L1", "--lender", "z"], "No lender 'z'"),
    (["--borrower", "B-L1", "--as-of", "yesterday"], "'yesterday' is not a day"),
    (["--borrower", "B-L1", "--as-of", "2020-01-01"], "No rules of the standing"),
    (["--borrower", "B-L1", "--policy", "nowhere.yaml"], "nowhere.yaml"),
]


@pytest.mark.parametrize(("words", "said"), FAULTS)
def test_a_mistake_ends_with_one_clear_line(book: str, words: list[str], said: str) -> None:
    asked = [*AS_OF, *words] if "--as-of" not in words else words
    done = run("show", "--book", book, *asked)
    assert done.exit_code == 1
    assert said in " ".join(done.output.split())
    assert "Traceback" not in done.output


def test_a_policy_of_a_lender_the_book_does_not_hold_is_refused(book: str, tmp_path: Path) -> None:
    policy = tmp_path / "rewards.yaml"
    policy.write_text(POLICY.replace("lender: q", "lender: z"), encoding="utf-8")
    done = run("simulate", "--book", book, "--policy", str(policy), *AS_OF)
    assert (done.exit_code, "No lender 'z'" in done.output) == (1, True)


@pytest.mark.parametrize("command", ["show", "simulate"])
def test_help_shows_an_example(command: str) -> None:
    done = run(command, "--help")
    assert "Example: forbear standing" in " ".join(done.output.split())
