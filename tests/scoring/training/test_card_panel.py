"""Features of the panel by hand, which rows are known, and nothing from later months."""

from __future__ import annotations

import polars as pl
import pytest

from forbear.scoring.errors import ScoringRefused
from forbear.scoring.training.card_panel import panel_sample, read_panel
from scoring.training.made_samples import chance_of, write_table


def panel(*accounts: tuple[int, int, str]) -> pl.DataFrame:
    """Accounts as (id, first month, one letter a month)."""
    return pl.DataFrame(
        [
            {"ID": account, "MONTHS_BALANCE": first + n, "STATUS": state}
            for account, first, states in accounts
            for n, state in enumerate(states)
        ]
    )


def outcomes(*accounts: tuple[int, int, str]) -> list[int]:
    rows = panel(*accounts)
    events = panel_sample(rows, None, with_outcomes=True).events
    assert events is not None
    return events.tolist()


def test_outcome_looks_six_months_ahead_and_not_at_the_month_itself() -> None:
    # month -7: -6 to -1 hold no 2; month -6 sees the 2 of month 0; -5 and later are not known
    assert outcomes((1, -8, "000000002")) == [0, 0, 1, -1, -1, -1, -1, -1, -1]


def test_rows_at_sixty_days_are_neither_trained_on_nor_measured() -> None:
    # month -6 is at 60 days itself; -5 is below again and its six months are whole only from -11 on
    assert outcomes((1, -9, "0012100000")) == [1, 1, 1, -1] + [-1] * 6
    assert outcomes((1, -12, "0012100000000")) == [1, 1, 1, -1, 0, 0, 0] + [-1] * 6


def test_account_that_ends_early_is_known_only_where_the_event_was_seen() -> None:
    # both end at month -9; account 3 keeps the file's last month at 0
    found = outcomes((1, -12, "0013"), (2, -12, "0000"), (3, -6, "0000000"))
    assert found == [1, 1, 1, -1] + [-1] * 4 + [0] + [-1] * 6


def test_event_seen_within_an_unfinished_window_is_not_known() -> None:
    # month -3: the 2 of month -1 is seen, but six months have not passed: taking it would leave the
    # months without an event out and the others in
    assert outcomes((1, -3, "0020"))[0] == -1


def test_features_of_one_account_by_hand() -> None:
    # months -6 to 0: X 0 1 0 C C 0
    rows = panel((1, -6, "X010CC0"))
    last = panel_sample(rows, None, with_outcomes=False).frame.row(6, named=True)
    assert last == {
        "late_level_now": 0, "status_now": "0", "status_before": "C", "months_in_state": 0,
        "late_level_worst_in_use": 1, "late_level_worst_unused": None, "months_since_late_in_use": 4, "months_since_late_unused": None, "late_months_3_in_use": 0, "late_months_3_unused": None, "late_months_6": 1,
        "late_months_12_in_use": 1, "late_months_12_unused": None, "late_months_24": 1, "owing_months_3": 1, "owing_months_6": 4,
        "owing_months_12": 4, "owing_share": 4 / 7, "paid_off_months_12": 2,
        "unused_months_12": 1, "months_on_book": 6, "worsenings_12": 3,
        "months_since_paid_off": 1, "months_since_owing": 0, "state_changes": 5,
    }  # fmt: skip


def test_first_month_has_no_past() -> None:
    first = panel_sample(panel((1, -2, "X00")), None, with_outcomes=False).frame.row(0, named=True)
    assert (first["status_before"], first["months_on_book"], first["months_since_late_unused"]) == (
        None, 0, None,
    )  # fmt: skip


def test_windows_count_calendar_months_over_a_gap() -> None:
    rows = pl.concat([panel((1, -20, "1")), panel((1, -2, "000"))])
    last = panel_sample(rows, None, with_outcomes=False).frame.row(3, named=True)
    assert (last["late_months_12_in_use"], last["late_months_24"], last["months_on_book"]) == (
        0,
        1,
        20,
    )


def test_accounts_do_not_see_each_other_and_order_of_rows_does_not_matter() -> None:
    rows = panel((1, -3, "1234"), (2, -3, "C0X0"))
    alone = panel_sample(panel((2, -3, "C0X0")), None, with_outcomes=False).frame
    mixed = rows.sample(fraction=1.0, shuffle=True, seed=4)
    sample = panel_sample(mixed, None, with_outcomes=False)
    found = pl.concat([sample.ids, sample.frame], how="horizontal").sort("ID", "MONTHS_BALANCE")
    assert found.filter(pl.col("ID") == 2).drop("ID", "MONTHS_BALANCE").rows() == alone.rows()


@pytest.mark.parametrize("cut", [-30, -12, -1])
def test_features_do_not_change_when_later_months_are_deleted(cut: int) -> None:
    chance = chance_of(8)
    states = chance.choice(list("XC0012345"), (40, 48))
    rows = panel(*((n, -47, "".join(own)) for n, own in enumerate(states)))
    whole = panel_sample(rows, None, with_outcomes=False)
    past = rows["MONTHS_BALANCE"] <= cut
    before = panel_sample(rows.filter(past), None, with_outcomes=False)
    assert whole.frame.filter(past).equals(before.frame)


def test_unknown_state_and_doubled_month_are_refused(tmp_path) -> None:  # type: ignore[no-untyped-def]
    write_table(tmp_path / "a", panel((1, -2, "0Q0")), "monthly_status.parquet")
    with pytest.raises(ScoringRefused, match=r"STATUS is one of X, C, 0.* found Q"):
        read_panel(tmp_path / "a")
    twice = pl.concat([panel((1, -2, "000")), panel((1, 0, "0"))])
    write_table(tmp_path / "b", twice, "monthly_status.parquet")
    with pytest.raises(ScoringRefused, match="account 1 has month 0 more than once"):
        read_panel(tmp_path / "b")
