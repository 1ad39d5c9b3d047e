"""`forbear import`: exit codes, JSON, and messages that say what to do. Needs no database."""

import json
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from forbear_server.cli.import_tape import app
from intake.tape_files import BORROWERS, SOUND, bytes_of, changed, write_tape

NAMED = {
    **SOUND,
    "borrowers.csv": "borrower_id,name,phone\nB1,林小满,19900000231\nB2,周宁,19900000812\n",
}


def forbear_import(*words: object) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


def imported(tape: Path, book: Path, *more: object) -> Result:
    fixed = ("--preset", "forbear", "--book", book, "--business-date", "2026-11-20")
    return forbear_import(tape, *fixed, *more)


def test_taken_then_already_taken_both_end_with_0(tmp_path: Path) -> None:
    tape, book = write_tape(tmp_path / "t"), tmp_path / "book"
    first = imported(tape, book)
    assert first.exit_code == 0
    assert "rows read 11 = accepted 11 + rejected 0 + quarantined 0 + notes 0" in first.stdout
    before = bytes_of(book)
    second = imported(tape, book)
    assert second.exit_code == 0
    assert "此文件已导入，未重复写入" in second.stdout
    assert bytes_of(book) == before


def test_refused_ends_with_1_and_says_place_and_remedy(tmp_path: Path) -> None:
    tape = write_tape(tmp_path / "t", changed("loans.csv", "2026-08-14", "never"))
    done = imported(tape, tmp_path / "book")
    assert done.exit_code == 1
    told = " ".join(done.stdout.split())
    assert "loans.csv row 1 [disbursed_on] bad_date: Not readable as a date." in told
    assert "Write 2026-11-20, or state the format in the mapping." in told
    assert not (tmp_path / "book").exists()


def test_json_holds_counts_findings_and_totals(tmp_path: Path) -> None:
    tape = write_tape(tmp_path / "t", changed("loans.csv", "2026-08-14", "never"))
    done = imported(tape, tmp_path / "book", "--json", "--clean-rows-only")
    assert done.exit_code == 0
    told = json.loads(done.stdout)
    assert told["rows"] == {
        "rows_read": 11,
        "accepted": 7,
        "rejected": 1,
        "quarantined": 3,
        "notes": 0,
    }
    assert told["findings"][0]["code"] == "bad_date"
    assert told["totals"]["principal_minor"] == {"CNY": 40_000}
    assert len(told["rejected_files"]) == 3
    assert (tmp_path / "book.rejected" / "loans.csv").exists()


def test_persons_without_a_desk_are_refused_and_nothing_written(tmp_path: Path) -> None:
    tape = write_tape(tmp_path / "t", NAMED)
    done = imported(tape, tmp_path / "book")
    assert done.exit_code == 1
    told = " ".join(done.stderr.split())
    assert "names 2 persons" in told
    assert "--without-persons" in told
    assert not (tmp_path / "book").exists()


def test_persons_may_be_dropped_and_that_is_said(tmp_path: Path) -> None:
    tape = write_tape(tmp_path / "t", NAMED)
    done = imported(tape, tmp_path / "book", "--without-persons", "--json")
    assert done.exit_code == 0
    told = json.loads(done.stdout)
    assert (told["persons"], told["persons_dropped"]) == (2, True)
    assert not any("林小满".encode() in data for data in bytes_of(tmp_path / "book").values())


def test_dry_run_writes_nothing(tmp_path: Path) -> None:
    done = imported(write_tape(tmp_path / "t"), tmp_path / "book", "--dry-run")
    assert done.exit_code == 0
    assert "nothing was written" in done.stdout
    assert not (tmp_path / "book").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--book", "b"), "either --preset NAME or --mapping FILE"),
        (("--book", "b", "--preset", "nobody"), "Known: card-panel, forbear"),
        (("--book", "b", "--preset", "forbear", "--business-date", "soon"), "write 2026-11-20"),
        (("--book", "b", "--preset", "forbear", "--rate-cap", "much"), "Not a rate"),
    ],
)
def test_unclear_options_say_what_to_write(
    tmp_path: Path, words: tuple[str, ...], said: str
) -> None:
    done = forbear_import(write_tape(tmp_path / "t"), *words)
    assert done.exit_code == 1
    assert said in " ".join(done.stderr.split())


def test_borrowers_alone_can_come_first(tmp_path: Path) -> None:
    tape = write_tape(tmp_path / "t", {"borrowers.csv": BORROWERS})
    assert imported(tape, tmp_path / "book").exit_code == 0
