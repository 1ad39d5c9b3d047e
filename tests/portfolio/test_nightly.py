"""The nightly run: same input, same bytes; killed anywhere it goes on; a changed book refuses."""

import multiprocessing
import os
import signal
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from builders import book_of, day, frame, instalments, payment, record
from forbear import rulebooks
from forbear.compliance.scopes import Scope, usual_memberships
from forbear.portfolio.book import Book
from forbear.portfolio.desk_events import HOLDS, PREFERENCES, SNOOZES, DeskEvents
from forbear.portfolio.manifests import RunFolder, RunImpossible, RunManifest
from forbear.portfolio.nightly import NightlyRun
from forbear.portfolio.run_terms import Law, Progress, RunTerms
from forbear.portfolio.taking import take
from forbear.strategy.ladder import stage_ladder

AT = datetime(2026, 11, 20, 2, 30, tzinfo=UTC)
LATE = instalments(("2026-10-14", 100_000), ("2026-11-14", 100_000))
FRESH = instalments(("2026-11-12", 100_000))


def attempt(loan: str, at: str, outcome: str, number: int) -> dict[str, object]:
    return {
        "borrower_id": f"B-{loan}",
        "attempt_id": f"{loan}-{number}",
        "attempted_at": datetime.fromisoformat(at),
        "channel": "voice_interactive",
        "number_ref": "mobile",
        "outcome": outcome,
    }


def book(root: Path, **told: object) -> Book:
    loans = {f"L{n}": (LATE if n % 2 else FRESH, []) for n in range(10)}
    loans["L99"] = (LATE, [payment("2026-11-14", 200_000)])
    three = [attempt("L1", f"2026-11-20T09:0{n}:00+08:00", "connected", n) for n in range(3)]
    return book_of(root, loans, attempts=three, **told)  # type: ignore[arg-type]


def run_over(
    made: Book,
    root: Path,
    listener=lambda progress: None,
    *,
    seed: int = 7,
    capacity: int = 100,
    kind: str = "consumer_finance",
) -> NightlyRun:
    scope = Scope("CN", kind, memberships=usual_memberships(kind))
    terms = RunTerms("q", scope, day("2026-11-20"), AT, seed, capacity, "test")
    law = Law(rulebooks.rules(), rulebooks.version())
    return NightlyRun(
        RunFolder(root), made, terms, law, stage_ladder(), listener, lambda: datetime.now(UTC)
    )


def drive(
    run: NightlyRun, snoozes: pl.DataFrame | None = None, **told: pl.DataFrame
) -> RunManifest:
    run.lock()
    run.export(DeskEvents(**told) if snoozes is None else DeskEvents(snoozes=snoozes, **told))
    run.age()
    run.gate()
    run.assign()
    run.worklists(lambda rows: None)
    run.report()
    return run.finish()


def plan(root: Path) -> dict[str, dict]:
    rows = RunFolder(root).rows("assign").collect().to_dicts()
    return {row["borrower_id"]: row for row in rows}


def test_two_runs_of_the_same_input_make_the_same_bytes(tmp_path: Path) -> None:
    made = book(tmp_path / "b")
    first = drive(run_over(made, tmp_path / "r1"))
    second = drive(run_over(made, tmp_path / "r2"))
    assert first.content_digest() == second.content_digest()
    one, two = ((tmp_path / r / "assign/plan.parquet").read_bytes() for r in ("r1", "r2"))
    assert one == two


def test_a_finished_run_started_again_changes_nothing(tmp_path: Path) -> None:
    made = book(tmp_path / "b")
    drive(run_over(made, tmp_path / "r"))
    before = {p: p.stat().st_mtime_ns for p in (tmp_path / "r").rglob("*.parquet")}
    drive(run_over(made, tmp_path / "r", seed=8, capacity=1))
    assert {p: p.stat().st_mtime_ns for p in (tmp_path / "r").rglob("*.parquet")} == before


def test_the_plan_acts_by_stage_and_by_law(tmp_path: Path) -> None:
    drive(run_over(book(tmp_path / "b"), tmp_path / "r"))
    rows = plan(tmp_path / "r")
    assert "B-L99" not in rows  # nothing in arrears
    # 37 days: an offer; L1 was reached three times today, so no more calls
    assert (rows["B-L3"]["action"], rows["B-L3"]["reasons"]) == (
        "offer_arrangement",
        ["stage_middle"],
    )
    window = (rows["B-L3"]["permitted_from_minute"], rows["B-L3"]["permitted_until_minute"])
    assert window == (480, 1320)
    stopped = rows["B-L1"]
    assert (stopped["action"], stopped["verdict"]) == ("watch", "refused")
    assert stopped["reasons"] == ["refused_by_rule", "stage_middle"]
    assert stopped["rule_ids"] == ["CN-GBT45251-FREQ-INTERACTIVE"]
    assert (stopped["connected_today"], stopped["rank"]) == (3, None)
    # 8 days: a call
    assert (rows["B-L0"]["action"], rows["B-L0"]["days_past_due"]) == ("call", 8)


def test_people_see_what_is_assigned_first_and_then_what_rests(tmp_path: Path) -> None:
    drive(run_over(book(tmp_path / "b"), tmp_path / "r"))
    rows = RunFolder(tmp_path / "r").rows("worklists").collect()
    assert rows["rank"].to_list() == list(range(1, 11))
    assert rows["action"].to_list() == ["offer_arrangement"] * 4 + ["call"] * 5 + ["watch"]
    assert rows["borrower_id"].to_list()[-1] == "B-L1"


def test_an_unknown_time_zone_needs_a_person(tmp_path: Path) -> None:
    drive(run_over(book(tmp_path / "b", time_zone=None), tmp_path / "r"))
    row = plan(tmp_path / "r")["B-L3"]
    assert (row["action"], row["verdict"], row["reasons"][0]) == (
        "watch",
        "needs_review",
        "needs_review",
    )
    assert row["permitted_from_minute"] is None


def test_capacity_cuts_the_end_of_the_line(tmp_path: Path) -> None:
    drive(run_over(book(tmp_path / "b"), tmp_path / "r", capacity=3))
    rows = plan(tmp_path / "r")
    ranks = sorted(r["rank"] for r in rows.values() if r["rank"])
    assert ranks == [1, 2, 3]
    assert all(r["days_past_due"] == 37 for r in rows.values() if r["rank"])
    cut = [r for r in rows.values() if r["reasons"][0] == "beyond_capacity"]
    assert len(cut) == 9 - 3
    assert {r["action"] for r in cut} == {"watch"}


def test_the_lot_decides_between_equals_and_the_seed_decides_the_lot(tmp_path: Path) -> None:
    made = book(tmp_path / "b")
    orders = set()
    for seed in range(6):
        drive(run_over(made, tmp_path / f"r{seed}", seed=seed, capacity=2))
        rows = plan(tmp_path / f"r{seed}")
        orders.add(tuple(sorted(b for b, r in rows.items() if r["rank"])))
    assert len(orders) > 1


def test_a_snooze_keeps_its_borrower_out_until_it_has_passed(tmp_path: Path) -> None:
    made = book(tmp_path / "b")
    snoozes = pl.DataFrame(
        [
            {"lender": "q", "borrower_id": "B-L3", "until": datetime(2026, 11, 20, 6, tzinfo=UTC)},
            {"lender": "q", "borrower_id": "B-L5", "until": datetime(2026, 11, 20, 2, tzinfo=UTC)},
        ],
        schema=SNOOZES,
    )
    drive(run_over(made, tmp_path / "r"), snoozes)
    rows = plan(tmp_path / "r")
    assert rows["B-L3"]["reasons"] == ["snoozed", "stage_middle"]
    assert rows["B-L5"]["action"] == "offer_arrangement"


def hold(borrower: str, kind: str = "complaint", **more: object) -> dict[str, object]:
    placed = {"hold_id": borrower, "placed_at": datetime(2026, 11, 19, tzinfo=UTC)}
    return {"lender": "q", "borrower_id": borrower, "kind": kind, **placed, **more}


def test_a_held_borrower_is_not_contacted_and_shown_with_the_reason(tmp_path: Path) -> None:
    made = book(tmp_path / "b")
    over = {"until": datetime(2026, 11, 20, 2, 30, tzinfo=UTC)}
    lifted = {"lifted_at": datetime(2026, 11, 19, 9, tzinfo=UTC)}
    holds = [
        hold("B-L3"),
        hold("B-L5", **over),
        hold("B-L7", **lifted),
        hold("B-L2", loan_ref="L2"),
    ]
    run = run_over(made, tmp_path / "r")
    drive(run, holds=pl.DataFrame(holds, schema=HOLDS))
    rows = plan(tmp_path / "r")
    for held in ("B-L3", "B-L2"):  # the person, and the only loan
        row = rows[held]
        assert (row["action"], row["verdict"], row["rank"]) == ("watch", "refused", None)
        assert row["reasons"][0] == "refused_by_rule"
        assert row["rule_ids"] == ["POLICY-HOLD"]
    assert rows["B-L5"]["action"] == rows["B-L7"]["action"] == "offer_arrangement"
    mask = run.folder.rows("gate").filter(pl.col("borrower_id") == "B-L3").collect()
    assert mask.height == 8 and set(mask["ruling"]) == {"refused"}
    lines = RunFolder(tmp_path / "r").rows("worklists").collect()
    stopped = lines.filter(pl.col("verdict") == "refused")["borrower_id"].to_list()
    assert sorted(stopped) == ["B-L1", "B-L2", "B-L3"]
    told = RunFolder(tmp_path / "r").report("plan")["refusals"]
    assert {"rule_ids": "POLICY-HOLD", "borrowers": 2} in told


def test_a_disputed_loan_leaves_the_plan_and_the_others_stay(tmp_path: Path) -> None:
    made = book_of(tmp_path / "b", {"L1": (LATE, []), "L2": (FRESH, [])}, borrower="B-1")
    holds = pl.DataFrame([hold("B-1", "dispute", loan_ref="L1")], schema=HOLDS)
    drive(run_over(made, tmp_path / "r1"))
    drive(run_over(made, tmp_path / "r2"), holds=holds)
    whole, rest = plan(tmp_path / "r1")["B-1"], plan(tmp_path / "r2")["B-1"]
    assert (whole["loan_ids"], whole["days_past_due"], whole["arrears_minor"]) == (
        ["L1", "L2"],
        37,
        300_000,
    )
    assert (rest["loan_ids"], rest["days_past_due"], rest["arrears_minor"]) == (["L2"], 8, 100_000)
    assert (rest["action"], rest["verdict"]) == ("call", "allowed")


def test_opt_outs_and_stops_close_their_channels(tmp_path: Path) -> None:
    made = book(tmp_path / "b")
    at = {"lender": "q", "granted_at": datetime(2026, 11, 19, tzinfo=UTC)}
    stated = [
        {**at, "borrower_id": "B-L3", "kind": "channel_opt_out", "channel": "voice_interactive"},
        {**at, "borrower_id": "B-L5", "kind": "contact_stopped"},
        {**at, "borrower_id": "B-L7", "kind": "inconvenient_hours", "from_minute": 480,
         "until_minute": 720},
    ]  # fmt: skip
    run = run_over(made, tmp_path / "r")
    drive(run, preferences=pl.DataFrame(stated, schema=PREFERENCES))
    mask = run.folder.rows("gate").collect()
    closed = mask.filter((pl.col("borrower_id") == "B-L3") & (pl.col("ruling") == "refused"))
    assert closed.select("channel", "rule_ids").rows() == [
        ("voice_interactive", ["POLICY-OPTED-OUT"])
    ]
    stopped = mask.filter(pl.col("borrower_id") == "B-L5")
    assert set(stopped["ruling"]) == {"refused"}
    assert {tuple(one) for one in stopped["rule_ids"]} == {("POLICY-CONTACT-STOPPED",)}
    row = plan(tmp_path / "r")["B-L7"]
    assert (row["permitted_from_minute"], row["permitted_until_minute"]) == (720, 1320)


def test_what_the_desk_told_is_part_of_the_runs_inputs(tmp_path: Path) -> None:
    made = book(tmp_path / "b")
    holds = pl.DataFrame([hold("B-L3")], schema=HOLDS)
    plain = drive(run_over(made, tmp_path / "r1"))
    held = drive(run_over(made, tmp_path / "r2"), holds=holds)
    again = drive(run_over(made, tmp_path / "r2"))  # the hold was lifted since: the day stays
    assert held.content_digest() == again.content_digest() != plain.content_digest()


def test_a_book_that_changed_refuses_to_go_on_with_the_old_run(tmp_path: Path) -> None:
    made = book(tmp_path / "b")
    run = run_over(made, tmp_path / "r")
    run.lock()
    paid = {"lender": "q", "loan_id": "L1", "payment_id": "n", "kind": "payment"}
    paid |= {"effective_on": day("2026-11-19"), "amount_minor": 1}
    take(
        made,
        {"payments": frame("payments", [paid])},
        record=record(sha256="9" * 64, kind="financial"),
        lender_terms={},
    )
    with pytest.raises(RunImpossible, match="changed"):
        run_over(Book.open(made.root), tmp_path / "r").lock()


def test_a_run_begun_for_another_kind_of_lender_is_not_mixed(tmp_path: Path) -> None:
    made = book(tmp_path / "b")
    drive(run_over(made, tmp_path / "r"))
    before = (tmp_path / "r/manifest.json").read_bytes()
    with pytest.raises(RunImpossible, match="lender_kind consumer_finance"):
        run_over(made, tmp_path / "r", kind="microloan")
    assert (tmp_path / "r/manifest.json").read_bytes() == before


def test_days_since_an_attempt_are_days_of_the_borrowers_calendar(tmp_path: Path) -> None:
    """Yesterday 18:00 is one day ago at 10:30: the pause of one day has passed."""
    loans = {"L1": (FRESH, []), "L2": (FRESH, [])}
    tries = [
        attempt("L1", "2026-11-19T18:00:00+08:00", "no_answer", 1),
        attempt("L2", "2026-11-20T00:10:00+08:00", "no_answer", 1),
    ]
    drive(run_over(book_of(tmp_path / "b", loans, attempts=tries), tmp_path / "r"))
    rows = plan(tmp_path / "r")
    assert rows["B-L1"]["action"] == "call"
    assert rows["B-L2"]["reasons"][0] == "recently_contacted"


def test_stages_out_of_order_are_refused(tmp_path: Path) -> None:
    run = run_over(book(tmp_path / "b"), tmp_path / "r")
    run.lock()
    with pytest.raises(RunImpossible, match="export is not finished"):
        run.age()


def test_a_damaged_shard_is_made_again(tmp_path: Path) -> None:
    made = book(tmp_path / "b")
    whole = drive(run_over(made, tmp_path / "r"))
    shard = next((tmp_path / "r/age").glob("*.parquet"))
    shard.write_bytes(shard.read_bytes()[:-9])
    again = drive(run_over(made, tmp_path / "r"))
    assert again.content_digest() == whole.content_digest()


def _killed_after(book_root: Path, run_root: Path, shards: int) -> None:
    seen = 0

    def listen(progress: Progress) -> None:
        nonlocal seen
        seen += progress.shard is not None
        if seen == shards:
            os.kill(os.getpid(), signal.SIGKILL)

    drive(run_over(Book.open(book_root), run_root, listen))


@pytest.mark.parametrize("shards", [1, 2, 3, 5, 7, 9, 11, 12, 14])
def test_killed_at_any_shard_the_next_start_makes_the_same_plan(
    tmp_path: Path, shards: int
) -> None:
    made = book(tmp_path / "b")
    whole = drive(run_over(made, tmp_path / "whole"))
    child = multiprocessing.get_context("spawn").Process(
        target=_killed_after, args=(made.root, tmp_path / "r", shards)
    )
    child.start()
    child.join()
    assert child.exitcode == -signal.SIGKILL
    resumed = drive(run_over(made, tmp_path / "r"))
    assert resumed.content_digest() == whole.content_digest()
    assert plan(tmp_path / "r") == plan(tmp_path / "whole")
