"""What the console's import wizard shows: detected columns, a first mapping, a masked preview."""

from pathlib import Path

import pytest

from forbear.intake.checking import CheckedTape, CheckRequest, check
from forbear.intake.mappings import TapeMapping, read_mapping
from forbear.intake.masking import masked
from forbear.intake.presets.catalogue import SHAPE_FIELDS, preset
from forbear.intake.previews import preview
from forbear.intake.proposals import mapping_text, propose_mapping, target_fields
from forbear.intake.reading import RawTable, read_table
from forbear.intake.reports import TapeKind
from forbear.intake.sources import open_source
from forbear.intake.tapes import open_tape
from forbear.portfolio.book import Book
from intake.tape_files import DAY, FLAT_HEAD, FLAT_ROW, SOUND, write_tape

FOREIGN = "客户编号,客户姓名,Loan No,手机,放款金额,年化利率,紧急联系人\n"
FOREIGN += "B1,王晓,L1,19900000001,1000.00,18.5,张三\n"


def raw(folder: Path, text: str, name: str = "tape.csv") -> RawTable:
    (folder / name).write_text(text, encoding="utf-8")
    return read_table(open_source(folder / name))


def checked(source: Path, mapping: TapeMapping, folder: Path) -> CheckedTape:
    request = CheckRequest("qinghe", TapeKind.NEW, DAY)
    return check(open_tape(source, mapping), mapping, request, Book.open_or_new(folder))


def test_known_headings_propose_the_preset(tmp_path: Path) -> None:
    head = ",".join(c.source for c in preset("forbear-flat").files[0].columns)
    found = propose_mapping(raw(tmp_path, f"{head}\n{'x,' * 29}x\n"))
    assert (found.preset, found.missing) == ("forbear-flat", ())


def test_file_of_the_full_schema_proposes_forbear(tmp_path: Path) -> None:
    text = SOUND["payments.csv"]
    assert propose_mapping(raw(tmp_path, text, "payments.csv")).preset == "forbear"


def test_unknown_headings_are_proposed_by_their_words(tmp_path: Path) -> None:
    found = propose_mapping(raw(tmp_path, FOREIGN))
    assert found.preset is None
    assert [(c.source, c.to, c.samples) for c in found.columns] == [
        ("客户编号", "row.borrower_id", ("B1",)),
        ("客户姓名", "row.name", ("王**",)),
        ("Loan No", "row.loan_id", ("L1",)),
        ("手机", "row.phone", ("199****0001",)),
        ("放款金额", "row.principal_minor", ("1000.00",)),
        ("年化利率", "row.interest_rate_annual", ("18.5",)),
        ("紧急联系人", None, ()),
    ]
    assert [c.source for c in found.columns if c.is_refused] == ["紧急联系人"]
    assert found.columns[5].transform == {"rate": "percent"}
    assert found.missing == (
        "row.currency",
        "row.disbursed_on",
        "row.method",
        "row.instalment_count",
        "row.first_due_on",
    )


def test_saved_choice_reads_back_as_the_same_mapping() -> None:
    columns = {
        "编号": {"to": "row.loan_id"},
        "金额": {"to": "row.principal_minor", "amount": "minor"},
        "方式": {"to": "row.method", "values": {"一": "bullet"}},
    }
    text = mapping_text("mine", "flat", columns, currency="CNY")
    mapping = read_mapping(text, file="mine.yaml", shapes=SHAPE_FIELDS)
    found = {c.source: (f"{c.table}.{c.field}", c.transform) for c in mapping.files[0].columns}
    assert [to for to, _ in found.values()] == ["row.loan_id", "row.principal_minor", "row.method"]
    assert found["金额"][1].unit == "minor"
    assert found["方式"][1].values == (("一", "bullet"),)
    assert mapping.currency == "CNY"


def test_no_target_is_a_third_person() -> None:
    for shape in SHAPE_FIELDS:
        assert not [to for to in target_fields(shape) if "contact_name" in to or "relative" in to]


def test_preview_shows_typed_rows_with_days_and_bucket(tmp_path: Path) -> None:
    tape = write_tape(tmp_path / "t")
    shown = preview(checked(tape, preset("forbear"), tmp_path / "book"))
    columns = ("loan_id", "days_past_due", "bucket", "arrears_minor", "outstanding_minor")
    assert shown.loans.select(columns).rows() == [
        ("L1", 37, "M2", 10_100, 10_100),  # since 2026-10-14
        ("L2", 0, "M0", 0, 0),
        ("L3", 0, "M0", 0, 10_100),
    ]
    assert (shown.instalments.height, shown.payments.height) == (4, 2)


def test_preview_masks_persons(tmp_path: Path) -> None:
    file = tmp_path / "tape.csv"
    file.write_text(
        f"{FLAT_HEAD},姓名,手机号,身份证号,联系地址\n"
        f"{FLAT_ROW},林小满,19900000231,990101199001011234,云州市东湾区善还路12号\n",
        encoding="utf-8",
    )
    shown = preview(checked(file, preset("forbear-flat"), tmp_path / "book"))
    assert shown.persons.rows() == [
        ("B1", "林**", "199****0231", "**************1234", "云州市东湾区")
    ]


@pytest.mark.parametrize(
    ("field", "value", "shown"),
    [("phone", "123", "****"), ("id_number", "12", "****12"), ("address", "某处", "某处**")],
)
def test_short_values_stay_masked(field: str, value: str, shown: str) -> None:
    assert masked(field, value) == shown
