"""Whatever comes, for whatever purpose: a report with counts that add up, never an exception."""

from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from forbear.intake.reports import TapeKind
from intake.tape_files import SOUND, bytes_of, run, taken_book, write_tape
from intake.test_contact_checks import ATTEMPTS, CONSENTS

EVENTS = "loan_id,kind,starts_on,ends_on\nL1,pause,2026-10-20,2026-11-18\nL9,re_age,2026-11-01,\n"
MONTHS = "loan_id,month,status\nL1,1,0\nL2,2,1\n"
FILES = {
    **SOUND,
    "contact_attempts.csv": ATTEMPTS,
    "consents.csv": CONSENTS,
    "delinquency_events.csv": EVENTS,
    "monthly_status.csv": MONTHS,
}
WORDS = ("", "x", "-1", "0", "2", "L1", "L9", "B1", "1.5", "借", '"')
DAYS_AND_NUMBERS = ("2026-02-30", "2026-10-14", "CNY", "13900001111")
SPOIL = st.lists(
    st.tuples(st.integers(0, 9), st.integers(0, 8), st.sampled_from(WORDS + DAYS_AND_NUMBERS)),
    max_size=3,
)


def spoilt(text: str, faults: list[tuple[int, int, str]]) -> str:
    """The file with cells overwritten, headings too."""
    grid = [line.split(",") for line in text.splitlines()]
    for row, column, cell in faults:
        cells = grid[row % len(grid)]
        cells[column % len(cells)] = cell
    return "\n".join(",".join(cells) for cells in grid) + "\n"


@settings(max_examples=25, deadline=None)
@given(
    st.sampled_from(TapeKind),
    st.sets(st.sampled_from(sorted(FILES)), min_size=1),
    SPOIL,
    st.booleans(),
)
def test_any_tape_gives_a_report_and_a_refusal_writes_nothing(
    kind: TapeKind, names: set[str], faults: list[tuple[int, int, str]], clean_rows_only: bool
) -> None:
    with TemporaryDirectory() as folder:
        book = taken_book(Path(folder))
        before = bytes_of(book)
        files = {name: spoilt(FILES[name], faults) for name in sorted(names)}
        report = run(
            write_tape(Path(folder) / "t", files),
            book,
            kind=kind,
            clean_rows_only=clean_rows_only,
            rejected_to=Path(folder) / "rejected",
        )
        rows = report.rows
        assert rows.accepted + rows.rejected + rows.quarantined + rows.notes == rows.rows_read
        assert report.outcome in ("taken", "refused", "already_taken")
        assert (bytes_of(book) == before) == (report.outcome != "taken")
