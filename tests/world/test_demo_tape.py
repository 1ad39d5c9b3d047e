"""The demonstration's tapes: the four persons to the fen, 5,000 borrowers, nobody real."""

import hashlib
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest

from forbear.intake.row_states import RowCounts
from forbear.portfolio.book import Book
from forbear.world.demo_persons import xiaoman_schedule
from forbear.world.demo_tape import write_demo_tapes
from forbear.world.lenders import DEMO_LENDERS
from forbear.world.people import right_check_digit
from intake.tape_files import bytes_of, places, run

SEED = 20261120
TODAY = date(2026, 11, 20)
LENDERS = tuple(lender.code for lender in DEMO_LENDERS)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo")
    write_demo_tapes(folder, seed=SEED)
    return folder


def table(demo: Path, lender: str, name: str) -> pl.DataFrame:
    return pl.read_csv(demo / lender / f"{name}.csv", try_parse_dates=True)


def everywhere(demo: Path, name: str) -> pl.DataFrame:
    return pl.concat([table(demo, lender, name) for lender in LENDERS], how="diagonal_relaxed")


def test_same_seed_same_bytes_and_another_seed_others(demo: Path, tmp_path: Path) -> None:
    write_demo_tapes(tmp_path / "again", seed=SEED)
    assert bytes_of(tmp_path / "again") == bytes_of(demo)
    write_demo_tapes(tmp_path / "other", seed=1)
    name = "qinghe/payments.csv"
    digests = {hashlib.sha256((f / name).read_bytes()).digest() for f in (demo, tmp_path / "other")}
    assert len(digests) == 2


def test_every_tape_is_taken_without_a_finding(demo: Path, tmp_path: Path) -> None:
    for lender in LENDERS:
        report = run(demo / lender, tmp_path / "book", lender=lender)
        assert (report.outcome, report.counts) == ("taken", {})
    borrowers = Book.open(tmp_path / "book").scan_all("borrowers").collect()
    assert borrowers["lender"].value_counts(sort=True).rows() == [
        ("qinghe", 2500),
        ("yunshan", 1500),
        ("hesui", 1000),
    ]


def test_xiaoman_owes_what_the_screens_say(demo: Path) -> None:
    rows = table(demo, "qinghe", "instalments").filter(pl.col("loan_id") == "QH-250614-0042")
    due = rows.select("due_on", pl.sum_horizontal("principal_minor", "interest_minor").alias("due"))
    paid = table(demo, "qinghe", "payments").filter(pl.col("loan_id") == "QH-250614-0042")
    unmet = due.sort("due_on").tail(9)
    assert due.height - unmet.height == paid.height
    assert due["due"].sum() - paid["amount_minor"].sum() == unmet["due"].sum()
    assert unmet.head(2).rows() == [
        (date(2026, 10, 14), 103_650),
        (date(2026, 11, 14), 103_650),
    ]
    assert unmet["due"].tail(7).to_list() == [103_650] * 6 + [63_300]
    assert unmet["due"].tail(7).sum() == 685_200
    # 947.41 × 0.18888 × 37 / 360 = 18.3916; 957.35 × 0.18888 × 6 / 360 = 3.0137
    october, november = xiaoman_schedule()[16:18]
    assert (october.principal_minor, november.principal_minor) == (94_741, 95_735)
    loans = table(demo, "qinghe", "loans").filter(pl.col("loan_id") == "QH-250614-0042")
    assert loans.select("interest_rate_annual", "penalty_rate_annual").row(0) == (0.12592, 0.18888)
    penalty = [
        round(94_741 * 18_888 * 37 / 36_000_000),
        round(95_735 * 18_888 * 6 / 36_000_000),
    ]
    assert penalty == [1839, 301]
    assert 2 * 103_650 + sum(penalty) == 209_440
    assert 209_440 + 685_200 == 894_640


def test_xiaoman_was_called_three_times_before_half_past_ten(demo: Path) -> None:
    attempts = table(demo, "qinghe", "contact_attempts").with_columns(
        pl.col("attempted_at").dt.convert_time_zone("Asia/Shanghai")
    )
    own = attempts.filter(pl.col("borrower_id") == "B-100231").sort("attempted_at")
    told = own.select(pl.col("attempted_at").dt.strftime("%F %H:%M"), "channel", "outcome").rows()
    assert told == [
        ("2026-11-20 08:42", "voice_interactive", "no_answer"),
        ("2026-11-20 09:15", "voice_interactive", "no_answer"),
        ("2026-11-20 09:50", "voice_interactive", "connected"),
    ]


@pytest.mark.parametrize(
    ("borrower_id", "name"),
    [("B-100231", "林小满"), ("B-100507", "赵启明"), ("B-100812", "周宁"), ("B-100944", "何川")],
)
def test_the_four_have_their_names(demo: Path, borrower_id: str, name: str) -> None:
    people = table(demo, "qinghe", "borrowers")
    assert people.filter(pl.col("borrower_id") == borrower_id)["name"].to_list() == [name]


def test_zhou_ning_is_six_days_past_due(demo: Path) -> None:
    rows = table(demo, "qinghe", "instalments").filter(pl.col("loan_id") == "QH-260214-0812")
    paid = table(demo, "qinghe", "payments").filter(pl.col("loan_id") == "QH-260214-0812")
    assert rows["due_on"].sort()[paid.height] == TODAY - timedelta(days=6)


def test_nobody_can_be_real(demo: Path) -> None:
    people = everywhere(demo, "borrowers").with_columns(
        pl.col("id_number", "phone").cast(pl.String)
    )
    assert people.height == 5000
    assert people["phone"].str.contains(r"^1990000\d{4}$").all()
    assert people["phone"].n_unique() == 5000
    assert people["id_number"].str.contains(r"^990\d{15}$").all()
    assert not any(right_check_digit(i[:17]) == i[17] for i in people["id_number"])


def test_attempts_keep_to_the_day_and_once_a_day(demo: Path) -> None:
    local = pl.col("attempted_at").dt.convert_time_zone("Asia/Shanghai")
    attempts = everywhere(demo, "contact_attempts").with_columns(
        local.dt.date().alias("day"),
        (local.dt.hour().cast(pl.Int32) * 60 + local.dt.minute()).alias("minute"),
    )
    assert attempts["minute"].min() >= 8 * 60
    assert attempts["minute"].max() < 22 * 60
    others = attempts.filter(pl.col("borrower_id") != "B-100231")
    assert others.select("borrower_id", "day").is_duplicated().sum() == 0
    assert attempts["attempted_at"].max().isoformat() < "2026-11-20T10:30"


def test_about_17_percent_of_instalments_are_late_and_most_cured_in_30_days(demo: Path) -> None:
    key = ["loan_id", "due_on", "seq"]
    due = pl.sum_horizontal("principal_minor", "interest_minor")
    rows = everywhere(demo, "instalments").with_columns(due.alias("due")).sort(key)
    rows = rows.with_columns(pl.col("due").cum_sum().over("loan_id").alias("running"))
    paid = everywhere(demo, "payments").sort("loan_id", "effective_on", "payment_id")
    paid = paid.with_columns(pl.col("amount_minor").cum_sum().over("loan_id").alias("running"))
    met = rows.filter(pl.col("due_on") < TODAY).join(
        paid.select("loan_id", "effective_on", pl.col("running").alias("paid")),
        on="loan_id",
        how="left",
    )
    met = met.group_by(key).agg(
        pl.col("effective_on").filter(pl.col("paid") >= pl.col("running")).min().fill_null(TODAY)
    )
    days = met.select((pl.col("effective_on") - pl.col("due_on")).dt.total_days().alias("d"))["d"]
    late = days.filter(days > 0)
    assert 0.16 < len(late) / len(days) < 0.18
    assert (late <= 30).sum() / len(late) > 0.85


def test_flat_tape_has_three_faulty_rows_and_a_refused_column(demo: Path, tmp_path: Path) -> None:
    file = demo / "tape_demo.csv"
    assert len(pl.read_csv(file).columns) == 31
    whole = run(file, tmp_path / "book", preset_name="forbear-flat")
    assert whole.outcome == "refused"
    assert places(whole) == [
        ("third_party_column", "tape_demo.csv", None, "联系人电话"),
        ("date_impossible", "tape_demo.csv", 118, "放款日"),
        ("negative_amount", "tape_demo.csv", 402, "本金"),
        ("unknown_currency", "tape_demo.csv", 877, "币种"),
    ]
    clean = run(file, tmp_path / "book", preset_name="forbear-flat", clean_rows_only=True)
    assert clean.rows == RowCounts(1000, 997, 3, 0, 0)
    assert clean.tables["loans"] == 997
    again = run(file, tmp_path / "book", preset_name="forbear-flat", clean_rows_only=True)
    assert again.outcome == "already_taken"
