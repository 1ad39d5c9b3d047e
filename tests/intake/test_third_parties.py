"""Third persons stay out: the column is refused by its heading and its values go nowhere."""

from pathlib import Path

import openpyxl
import polars as pl
import pytest

from forbear.intake.reading import read_table
from forbear.intake.sources import open_source
from forbear.intake.third_parties import is_third_party
from intake.tape_files import FLAT_HEAD, FLAT_ROW, bytes_of, places, run

SECRET = "13900001111"
REFUSED = [
    "联系人",
    "联系人电话",
    "紧急联系人姓名",
    "第一联系人手机",
    "亲属姓名",
    "父母电话",
    "配偶电话",
    "单位电话",
    "公司电话",
    "同事1",
    "通讯录",
    "通话记录",
    "朋友手机号",
    "emergency_contact",
    "Emergency Contact Phone",
    "contactName",
    "CONTACT-PHONE",
    "contacts",
    "reference 1",
    "relative_name",
    "employer phone",
    "work_phone",
    "spouse",
    "nextOfKin",
    "next_of_kin",
    "address_book",
    "referredby",
]
ALLOWED = [
    "手机号",
    "联系地址",
    "联系电话",
    "姓名",
    "单位名称",
    "放款日",
    "phone",
    "mobile",
    "address",
    "contact_attempts",
    "reference_date",
    "Payment Reference",
    "family_status",
    "person_id",
    "season",
    "ThirdPartyId",
    "interest",
    "description",
]


@pytest.mark.parametrize("heading", REFUSED)
def test_heading_of_a_third_person_is_refused(heading: str) -> None:
    assert is_third_party(heading)


@pytest.mark.parametrize("heading", ALLOWED)
def test_heading_of_the_loan_or_its_borrower_is_read(heading: str) -> None:
    assert not is_third_party(heading)


def tapes(folder: Path) -> list[Path]:
    """The same rows with a contact's number, in each format."""
    head, row = f"{FLAT_HEAD},联系人电话", f"{FLAT_ROW},{SECRET}"
    (folder / "tape.csv").write_text(f"{head}\n{row}\n", encoding="utf-8")
    frame = pl.read_csv(f"{head}\n{row}\n".encode(), infer_schema=False)
    frame.write_parquet(folder / "tape.parquet")
    frame.write_ndjson(folder / "tape.jsonl")
    workbook = openpyxl.Workbook()
    workbook.active.append(head.split(","))
    workbook.active.append(row.split(","))
    workbook.save(folder / "tape.xlsx")
    return [folder / f"tape.{end}" for end in ("csv", "parquet", "jsonl", "xlsx")]


@pytest.mark.parametrize("number", range(4))
def test_refused_column_is_read_no_further_and_stored_nowhere(tmp_path: Path, number: int) -> None:
    file = tapes(tmp_path)[number]
    raw = read_table(open_source(file))
    assert raw.refused == ("联系人电话",)
    assert "联系人电话" not in raw.frame.columns
    report = run(file, tmp_path / "book", preset_name="forbear-flat")
    assert report.outcome == "refused"
    assert places(report) == [("third_party_column", file.name, None, "联系人电话")]
    assert not (tmp_path / "book").exists()
    clean = run(
        file,
        tmp_path / "book",
        preset_name="forbear-flat",
        clean_rows_only=True,
        rejected_to=tmp_path / "rejected",
    )
    assert (clean.outcome, clean.rows.accepted) == ("taken", 1)
    stored = {**bytes_of(tmp_path / "book"), **bytes_of(tmp_path / "rejected")}
    assert not any(SECRET.encode() in data for data in stored.values())


@pytest.mark.parametrize(
    "text",
    [
        "请打13900001111",
        "139 0000 1111",
        "139-0000-1111",
        "+8613900001111",
        "他弟弟：13900001111。",
    ],
)
def test_phone_number_in_a_text_is_an_error(tmp_path: Path, text: str) -> None:
    file = tmp_path / "tape.csv"
    file.write_text(f"{FLAT_HEAD}\n{FLAT_ROW.replace('消费贷', text)}\n", encoding="utf-8")
    report = run(file, tmp_path / "book", preset_name="forbear-flat")
    assert [(f.code, f.row, f.column, f.value_class) for f in report.findings] == [
        ("phone_in_text", 1, "产品", "phone number")
    ]
    assert report.outcome == "refused"


def test_number_in_a_column_nobody_mapped_is_said_but_stored_nowhere(tmp_path: Path) -> None:
    file = tmp_path / "tape.csv"
    file.write_text(f"{FLAT_HEAD},备注\n{FLAT_ROW},他弟弟 {SECRET}\n", encoding="utf-8")
    report = run(file, tmp_path / "book", preset_name="forbear-flat")
    assert [(f.code, f.level, f.row, f.column) for f in report.findings] == [
        ("column_not_read", "note", None, "备注"),
        ("phone_in_text", "warning", 1, "备注"),
    ]
    assert report.outcome == "taken"
    stored = bytes_of(tmp_path / "book").values()
    assert not any(SECRET.encode() in data for data in stored)


def test_digits_that_are_no_mobile_number_pass(tmp_path: Path) -> None:
    file = tmp_path / "tape.csv"
    row = FLAT_ROW.replace("消费贷", "产品20260115139000011112")
    file.write_text(f"{FLAT_HEAD}\n{row}\n", encoding="utf-8")
    assert run(file, tmp_path / "book", preset_name="forbear-flat").outcome == "taken"


def test_no_finding_carries_a_value(tmp_path: Path) -> None:
    file = tmp_path / "tape.csv"
    row = FLAT_ROW.replace("12000.00", "secret-amount").replace("消费贷", f"call {SECRET}")
    file.write_text(f"{FLAT_HEAD}\n{row}\n", encoding="utf-8")
    report = run(file, tmp_path / "book", preset_name="forbear-flat")
    told = str(report.as_json())
    assert SECRET not in told
    assert "secret-amount" not in told
