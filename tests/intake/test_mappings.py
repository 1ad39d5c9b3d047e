"""Mapping files: every fault names file, line and remedy; presets fill what they must."""

from pathlib import Path

import pytest

from forbear.intake.checking import CheckRequest
from forbear.intake.importing import import_tape
from forbear.intake.mappings import MappingFaulty, preset_names, read_mapping
from forbear.intake.presets.catalogue import SHAPE_FIELDS, mapping_file, preset
from forbear.intake.reports import TapeKind
from forbear.portfolio.book import Book
from intake.tape_files import DAY, SOUND, places, run, write_tape

GOOD = """\
id: mine
shape: flat
currency: CNY
files:
  - file: "*"
    columns:
      编号: row.loan_id
      金额: { to: row.principal_minor, amount: major }
"""


def test_presets_shipped() -> None:
    assert preset_names() == ("card-panel", "forbear", "forbear-flat", "superlender", "xente")
    assert [preset(name).id for name in preset_names()] == list(preset_names())


def test_flat_preset_maps_thirty_columns() -> None:
    assert len(preset("forbear-flat").files[0].columns) == 30


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("id: mine", "id: mine\n  bad: [", "mine.yaml line 2: not YAML"),
        ("shape: flat", "shape: round", "mine.yaml line 2: `shape` is one of card_panel, flat"),
        ("shape: flat", "form: flat", "mine.yaml line 2: `form` is no key here"),
        ("currency: CNY", "currency: CNH", "mine.yaml line 3: `currency` is one of CNY"),
        ('file: "*"', 'name: "*"', "each of `files` has `file: NAME`"),
        ("row.loan_id", "row.loan", "mine.yaml line 7: `row.loan` is no field. Write TABLE.FIELD"),
        ("row.loan_id", "{ into: row.loan_id }", "line 7: column `编号` needs `to: TABLE.FIELD`"),
        ("currency: CNY\n", "", "mine.yaml line 7: `金额` is in major units: say `currency: CNY`"),
        ("amount: major", "amount: yuan", "line 8: `amount` is `major` (yuan) or `minor` (fen)"),
        ("row.loan_id", "row.principal_minor", "two columns fill `row.principal_minor`: keep one"),
    ],
)
def test_fault_names_line_and_remedy(old: str, new: str, said: str) -> None:
    with pytest.raises(MappingFaulty) as fault:
        read_mapping(GOOD.replace(old, new, 1), file="mine.yaml", shapes=SHAPE_FIELDS)
    assert said in str(fault.value)


@pytest.mark.parametrize("text", ["", "just words", "- a\n- b\n", "id: x\nfiles: []\n"])
def test_text_that_is_no_mapping(text: str) -> None:
    with pytest.raises(MappingFaulty):
        read_mapping(text, file="mine.yaml", shapes=SHAPE_FIELDS)


def test_unknown_preset_and_absent_file_say_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(MappingFaulty, match="Known: card-panel, forbear"):
        preset("nobody")
    with pytest.raises(MappingFaulty, match="Check the path"):
        mapping_file(tmp_path / "absent.yaml")


def test_required_field_nobody_fills_refuses_the_tape(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(GOOD, encoding="utf-8")
    (tmp_path / "tape.csv").write_text("编号,金额\nL1,100.00\n", encoding="utf-8")
    report = import_tape(
        tmp_path / "tape.csv",
        mapping=mapping_file(tmp_path / "mine.yaml"),
        request=CheckRequest("qinghe", TapeKind.NEW, DAY),
        book=Book.open_or_new(tmp_path / "book"),
    )
    assert [(code, column) for code, _, _, column in places(report)] == [
        ("missing_column", "row.borrower_id"),
        ("missing_column", "row.disbursed_on"),
        ("missing_column", "row.method"),
        ("missing_column", "row.interest_rate_annual"),
        ("missing_column", "row.instalment_count"),
        ("missing_column", "row.first_due_on"),
    ]
    assert not (tmp_path / "book").exists()


def test_own_mapping_of_tables_with_yuan_words_and_day_format(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(
        """\
id: mine
shape: tables
currency: CNY
files:
  - file: people.csv
    columns: { no: borrowers.borrower_id }
  - file: credits.csv
    columns:
      no: loans.loan_id
      who: loans.borrower_id
      sum: { to: loans.principal_minor, amount: major }
      day: { to: loans.disbursed_on, dates: "%d/%m/%Y" }
      rate: { to: loans.interest_rate_annual, rate: percent }
    constants: { loans.product: cash }
  - file: plan.csv
    columns:
      no: instalments.loan_id
      n: instalments.seq
      day: { to: instalments.due_on, dates: "%d/%m/%Y" }
      sum: { to: instalments.principal_minor, amount: major }
""",
        encoding="utf-8",
    )
    tape = write_tape(
        tmp_path / "t",
        {
            "people.csv": "no\nB1\n",
            "credits.csv": 'no,who,sum,day,rate\nL1,B1,"1,000.50",03/04/2026,12.5\n',
            "plan.csv": "no,n,day,sum\nL1,1,03/05/2026,1000.5\n",
        },
    )
    report = import_tape(
        tape,
        mapping=mapping_file(tmp_path / "mine.yaml"),
        request=CheckRequest("qinghe", TapeKind.NEW, DAY),
        book=Book.open_or_new(tmp_path / "book"),
    )
    assert (report.outcome, report.counts) == ("taken", {})
    loan = Book.open(tmp_path / "book").scan_all("loans").collect().row(0, named=True)
    told = (loan["principal_minor"], loan["product"], loan["currency"], loan["method"])
    assert told == (100_050, "cash", "CNY", "given")
    assert (str(loan["disbursed_on"]), str(loan["interest_rate_annual"])) == (
        "2026-04-03",
        "0.12500000",
    )


def test_columns_nobody_mapped_are_noted_and_not_read(tmp_path: Path) -> None:
    text = SOUND["borrowers.csv"].replace("language", "shoe_size")
    report = run(write_tape(tmp_path / "t", {**SOUND, "borrowers.csv": text}), tmp_path / "book")
    assert report.counts == {"column_not_read": 1}
    assert report.outcome == "taken"
