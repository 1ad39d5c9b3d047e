"""A small sound tape as readable text, and what the tests do with it."""

from datetime import date
from pathlib import Path

from forbear.intake.checking import CheckRequest
from forbear.intake.checks.examined import Parameters
from forbear.intake.importing import import_tape
from forbear.intake.presets.catalogue import preset
from forbear.intake.reports import ImportReport, TapeKind
from forbear.portfolio.book import Book

DAY = date(2026, 11, 20)

BORROWERS = """\
borrower_id,time_zone,language
B1,Asia/Shanghai,zh-Hans
B2,Asia/Shanghai,zh-Hans
"""
LOANS = """\
loan_id,borrower_id,product,currency,principal_minor,disbursed_on,interest_rate_annual
L1,B1,cash,CNY,20000,2026-08-14,0.12
L2,B2,cash,CNY,30000,2026-09-01,0.12
L3,B2,cash,CNY,10000,2026-11-01,0.12
"""
INSTALMENTS = """\
loan_id,seq,due_on,principal_minor,interest_minor
L1,1,2026-09-14,10000,200
L1,2,2026-10-14,10000,100
L2,1,2026-10-01,30000,300
L3,1,2026-12-01,10000,100
"""
PAYMENTS = """\
loan_id,payment_id,effective_on,amount_minor,kind
L1,P1,2026-09-14,10200,payment
L2,P2,2026-10-05,30300,payment
"""
SOUND = {
    "borrowers.csv": BORROWERS,
    "loans.csv": LOANS,
    "instalments.csv": INSTALMENTS,
    "payments.csv": PAYMENTS,
}
SOUND_ROWS = 11

FLAT_HEAD = "借款人编号,借据号,产品,币种,放款日,本金,年利率,还款方式,期数,首期还款日"
FLAT_ROW = "B1,L1,消费贷,CNY,2026-01-15,12000.00,12.00,等额本息,12,2026-02-15"


def write_tape(folder: Path, files: dict[str, str] | None = None) -> Path:
    """The files as a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in (SOUND if files is None else files).items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def changed(name: str, old: str, new: str) -> dict[str, str]:
    """The sound tape with one text replaced in one file."""
    text = SOUND[name]
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {name}"
    return {**SOUND, name: text.replace(old, new)}


def run(
    source: Path,
    book: Path,
    *,
    preset_name: str = "forbear",
    kind: TapeKind = TapeKind.NEW,
    lender: str = "qinghe",
    parameters: Parameters | None = None,
    **options: object,
) -> ImportReport:
    """Import `source` into the book at `book`."""
    return import_tape(
        source,
        mapping=preset(preset_name),
        request=CheckRequest(lender, kind, DAY, parameters or Parameters()),
        book=Book.open_or_new(book),
        **options,  # type: ignore[arg-type]
    )


def bytes_of(folder: Path) -> dict[str, bytes]:
    """Every file of a folder with its bytes; an absent folder is an empty one."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def taken_book(folder: Path) -> Path:
    """A book that holds the sound tape."""
    tape = write_tape(folder / "sound")
    assert run(tape, folder / "book").outcome == "taken"
    return folder / "book"


def places(report: ImportReport) -> list[tuple[str, str, int | None, str | None]]:
    """Code, file, row and column of every finding that is not a mere note."""
    return [(f.code, f.file, f.row, f.column) for f in report.findings if f.level.value != "note"]
