"""C03: a tape comes in by six steps; nothing unseen, nothing twice, nothing half."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.http.response import HttpResponseBase
from django.test import Client
from django.test.utils import override_settings

from forbear.portfolio.book import Book
from forbear_server.selectors.actors import Role
from forbear_server.services.import_acceptance import NightAtWork
from forbear_server.store.lender_scope import lender_scope
from forbear_server.store.models import Borrower, EvidenceEntry, Import, Loan
from forbear_server.store.run_locks import is_held
from server.desk import import_small_tape, run_the_night
from server.evidence import recorded

pytestmark = pytest.mark.django_db
SignIn = Callable[..., Client]
HEADINGS = (
    "借款人编号,姓名,手机号,身份证号,联系地址,时区,语言,借据号,产品,币种,放款日,本金,年利率,"
    "罚息年利率,计息基准,还款方式,期数,首期还款日,末期还款日,每期服务费,已还总额,最近还款日,"
    "结清日,核销日,撤回日,暂停起始日,暂停截止日,重定逾期日,逾期天数,分档"
)
ROW = (
    "B-{n},萧凤艳,1990000500{n},99057519981224298{n},云州市东湾区听雨街154号,Asia/Shanghai,zh-Hans,"
    "QF-{n},青禾易分期,{currency},2026-03-02,16600.00,12.30,18.45,actual/360,等额本息,12,"
    "2026-04-02,2027-03-02,0.00,11817.76,2026-11-02,,,,,,,0,M0"
)


def tape(*, bad_row: bool = False, contacts: bool = False, first: int = 1) -> SimpleUploadedFile:
    rows = [ROW.format(n=n, currency="人民币") for n in range(first, first + 3)]
    if bad_row:
        rows[1] = ROW.format(n=2, currency="贝壳")
    lines = [HEADINGS, *rows]
    if contacts:
        lines = [
            f"{line},{end}"
            for line, end in zip(lines, ["联系人电话"] + ["13800001111"] * 3, strict=True)
        ]
    return SimpleUploadedFile("tape.csv", "\n".join(lines).encode(), "text/csv")


def upload(client: Client, file: SimpleUploadedFile) -> HttpResponseBase:
    return client.post(
        "/console/imports/new/", {"file": file, "kind": "new", "business_date": "2026-11-20"}
    )


def mapped(client: Client, file: SimpleUploadedFile) -> str:
    """Steps 1 and 2 as a person who changes nothing; the address of the import."""
    answer = upload(client, file)
    assert answer.status_code == 302
    address = answer["Location"].removesuffix("mapping/")
    page = client.get(f"{address}mapping/").content.decode()
    form = {}
    for name, options in re.findall(r'<select[^>]*name="([a-z]+-\d+)"[^>]*>(.*?)</select>', page):
        chosen = re.search(r'value="([^"]*)" selected', options)
        form[name] = chosen.group(1) if chosen else ""
    answer = client.post(f"{address}mapping/", form)
    assert answer.status_code == 302
    return str(address)


def rows_of(lender: int) -> list[tuple[str, int, int, int, int]]:
    with lender_scope(lender):
        return list(
            Import.objects.order_by("created_at").values_list(
                "state", "rows_read", "accepted", "rejected", "quarantined"
            )
        )


def loans_in(lender: int) -> int:
    with lender_scope(lender):
        return Loan.objects.count()


def refs_of(lender: int, model: type[Borrower | Loan]) -> str:
    with lender_scope(lender):
        return " ".join(model.objects.order_by("ref").values_list("ref", flat=True))


def body_of_newest(lender: int) -> dict[str, object]:
    with lender_scope(lender):
        return dict(EvidenceEntry.objects.order_by("-id")[0].body)


@pytest.fixture
def a_night_at_work(qinghe: int) -> Iterator[None]:
    """Another connection holds the lender's nightly lock, as a worker would."""
    settings = connection.settings_dict
    with (
        psycopg.connect(
            host=settings["HOST"], dbname=settings["NAME"], user=settings["USER"]
        ) as worker,
        worker.cursor() as cursor,
    ):
        cursor.execute("SELECT pg_advisory_lock(1, %s)", [qinghe])
        yield


@pytest.fixture
def admin(qinghe: int, fresh_data_dir: Path, signed_in: SignIn) -> Client:
    return signed_in(Role.ADMIN)


def test_a_clean_tape_is_taken_whole(admin: Client, qinghe: int, fresh_data_dir: Path) -> None:
    address = mapped(admin, tape())
    answer = admin.post(f"{address}confirm/", {"choice": "all"})
    assert (answer.status_code, answer["Location"]) == (302, f"{address}outcome/")
    assert rows_of(qinghe) == [("completed", 3, 3, 0, 0)]
    assert loans_in(qinghe) == 3
    book = Book.open(fresh_data_dir / "books" / "qinghe")
    assert book.scan_all("loans").collect().height == 3
    assert recorded(qinghe)[-4:] == [
        "import.received",
        "import.mapped",
        "import.checked",
        "import.accepted",
    ]


def test_the_same_file_again_changes_nothing(admin: Client, qinghe: int) -> None:
    address = mapped(admin, tape())
    admin.post(f"{address}confirm/", {"choice": "all"})
    answer = upload(admin, tape())
    assert answer.status_code == 409
    assert "此文件已导入，未重复写入" in answer.content.decode()  # type: ignore[attr-defined]
    assert rows_of(qinghe) == [("completed", 3, 3, 0, 0)]
    assert loans_in(qinghe) == 3
    assert recorded(qinghe)[-1] == "import.refused"


def test_a_row_with_an_error_refuses_the_tape(admin: Client, qinghe: int) -> None:
    address = mapped(admin, tape(bad_row=True))
    answer = admin.post(f"{address}confirm/", {"choice": "all"})
    assert answer.status_code == 422
    assert rows_of(qinghe) == [("awaiting_confirmation", 3, 2, 1, 0)]
    assert loans_in(qinghe) == 0


def test_the_clean_rows_are_taken_when_asked_for(admin: Client, qinghe: int) -> None:
    address = mapped(admin, tape(bad_row=True))
    admin.post(f"{address}confirm/", {"choice": "clean"})
    assert rows_of(qinghe) == [("part_completed", 3, 2, 1, 0)]
    assert loans_in(qinghe) == 2


def test_when_no_row_is_clean_nothing_is_taken_and_the_refusal_is_on_record(
    admin: Client, qinghe: int, fresh_data_dir: Path
) -> None:
    content = "\n".join([HEADINGS, ROW.format(n=2, currency="贝壳")]).encode()
    address = mapped(admin, SimpleUploadedFile("tape.csv", content, "text/csv"))
    names = recorded(qinghe)
    answer = admin.post(f"{address}confirm/", {"choice": "clean"})
    assert answer.status_code == 409
    assert "没有一行可以导入" in answer.content.decode()
    assert rows_of(qinghe) == [("awaiting_confirmation", 1, 0, 1, 0)]
    assert (loans_in(qinghe), refs_of(qinghe, Borrower)) == (0, "")
    assert not (fresh_data_dir / "books" / "qinghe" / "book.json").exists()
    assert recorded(qinghe) == [*names, "import.refused"]
    assert body_of_newest(qinghe) == {"code": "nothing_to_take"}


def test_content_the_book_already_has_fails_the_second_import(
    admin: Client, qinghe: int, fresh_data_dir: Path
) -> None:
    first, second = mapped(admin, tape()), mapped(admin, tape())
    admin.post(f"{first}confirm/", {"choice": "all"})
    book = Book.open(fresh_data_dir / "books" / "qinghe").digest()
    names = recorded(qinghe)
    assert admin.post(f"{second}confirm/", {"choice": "clean"}).status_code == 409
    assert sorted(rows_of(qinghe)) == [("completed", 3, 3, 0, 0), ("failed", 3, 3, 0, 0)]
    assert loans_in(qinghe) == 3
    assert Book.open(fresh_data_dir / "books" / "qinghe").digest() == book
    assert recorded(qinghe) == [*names, "import.refused"]
    assert body_of_newest(qinghe) == {"code": "already_taken"}


@pytest.mark.usefixtures("a_night_at_work")
def test_during_a_night_nothing_is_taken(admin: Client, qinghe: int, fresh_data_dir: Path) -> None:
    address = mapped(admin, tape())
    names = recorded(qinghe)
    answer = admin.post(f"{address}confirm/", {"choice": "all"})
    assert answer.status_code == 409
    assert "批处理正在运行，请等它结束后再导入。" in answer.content.decode()
    assert rows_of(qinghe) == [("awaiting_confirmation", 3, 3, 0, 0)]
    assert (loans_in(qinghe), refs_of(qinghe, Borrower)) == (0, "")
    assert not (fresh_data_dir / "books" / "qinghe" / "book.json").exists()
    assert recorded(qinghe) == [*names, "import.refused"]
    assert body_of_newest(qinghe) == {"code": "night_at_work"}


@pytest.mark.usefixtures("a_night_at_work")
def test_during_a_night_the_command_line_takes_nothing(qinghe: int, fresh_data_dir: Path) -> None:
    with pytest.raises(NightAtWork, match="import after it"):
        import_small_tape(fresh_data_dir)
    assert (rows_of(qinghe), loans_in(qinghe), refs_of(qinghe, Borrower)) == ([], 0, "")
    assert not (fresh_data_dir / "books" / "qinghe" / "book.json").exists()
    assert recorded(qinghe)[-1] == "import.refused"


def test_after_an_import_the_nightly_lock_is_free(admin: Client, qinghe: int) -> None:
    admin.post(f"{mapped(admin, tape())}confirm/", {"choice": "all"})
    assert is_held(qinghe) is False


def test_rejected_rows_come_back_with_the_finding_beside(admin: Client) -> None:
    address = mapped(admin, tape(bad_row=True))
    answer = admin.get(f"{address}rejected.csv")
    lines = answer.content.decode("utf-8-sig").splitlines()
    assert len(lines) == 2
    assert "unknown_currency" in lines[1]


def test_findings_name_row_column_and_remedy(admin: Client) -> None:
    address = mapped(admin, tape(bad_row=True))
    page = admin.get(f"{address}findings/").content.decode()
    assert "unknown_currency" in page
    assert "贝壳" not in page
    csv_file = admin.get(f"{address}findings.csv").content.decode("utf-8-sig")
    assert "unknown_currency" in csv_file
    assert "贝壳" not in csv_file


def test_a_contact_column_is_refused_and_stored_nowhere(
    admin: Client, qinghe: int, fresh_data_dir: Path
) -> None:
    answer = upload(admin, tape(contacts=True))
    page = admin.get(answer["Location"]).content.decode()
    assert page.count("C03-refused-column") == 1
    assert "13800001111" not in page
    stored = b"".join(one.read_bytes() for one in fresh_data_dir.rglob("*") if one.is_file())
    assert b"13800001111" not in stored


def test_uploads_are_sealed(admin: Client, fresh_data_dir: Path) -> None:
    mapped(admin, tape())
    kept = list((fresh_data_dir / "uploads").rglob("*.*"))
    assert len(kept) == 2
    assert not any(
        b"B-1" in one.read_bytes() or "萧凤艳".encode() in one.read_bytes() for one in kept
    )


def test_persons_reach_the_desk_sealed(admin: Client, qinghe: int) -> None:
    address = mapped(admin, tape())
    admin.post(f"{address}confirm/", {"choice": "all"})
    with lender_scope(qinghe):
        borrower = Borrower.objects.get(ref="B-1")
    assert borrower.name_sealed.startswith("t1.")
    assert "萧" not in borrower.name_sealed
    assert borrower.time_zone == "Asia/Shanghai"


def test_the_preview_masks_persons(admin: Client) -> None:
    address = mapped(admin, tape())
    page = admin.get(f"{address}preview/").content.decode()
    assert ("萧**" in page, "萧凤艳" in page, "19900005001" in page) == (True, False, False)


@pytest.mark.parametrize(
    ("name", "content", "text"),
    [
        ("tape.csv", b"", "文件"),
        ("tape.pdf", b"%PDF-1.7", "不是 CSV"),
        ("tape.parquet", b"PAR1 and then nothing", "损坏"),
        ("tape.xlsx", b"PK\x03\x04 and then nothing", "损坏"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_a_sentence(
    admin: Client, qinghe: int, name: str, content: bytes, text: str
) -> None:
    answer = upload(admin, SimpleUploadedFile(name, content))
    assert answer.status_code == 422
    assert text in answer.content.decode()  # type: ignore[attr-defined]
    assert rows_of(qinghe) == []


def test_a_file_over_the_limit_is_cut_off(admin: Client, qinghe: int) -> None:
    with override_settings(IMPORT_MAX_BYTES=64 * 1024):
        answer = upload(admin, SimpleUploadedFile("tape.csv", b"x" * (256 * 1024)))
    assert answer.status_code == 422
    assert "文件过大" in answer.content.decode()  # type: ignore[attr-defined]
    assert rows_of(qinghe) == []


def test_a_required_field_without_a_column_stops_at_step_two(admin: Client, qinghe: int) -> None:
    answer = upload(admin, tape())
    refused = admin.post(answer["Location"], {"to-0": "row.borrower_id"})
    assert refused.status_code == 422
    assert "row.loan_id" in refused.content.decode()
    assert rows_of(qinghe)[0][0] == "awaiting_mapping"


def test_control_totals_say_what_differs(admin: Client) -> None:
    address = mapped(admin, tape())
    page = admin.get(f"{address}confirm/?loans=4&principal=49800").content.decode()
    assert "相差 -1" in page
    assert page.count("一致") >= 1


def test_withdrawing_needs_two_people_and_the_same_day(
    admin: Client, qinghe: int, signed_in: SignIn, fresh_data_dir: Path
) -> None:
    admin.post(f"{mapped(admin, tape(first=4))}confirm/", {"choice": "all"})
    address = mapped(admin, tape())
    admin.post(f"{address}confirm/", {"choice": "all"})
    compliance = signed_in(Role.COMPLIANCE)
    assert compliance.post(f"{address}withdraw/").status_code == 409
    assert admin.post(f"{address}withdraw/").status_code == 302
    assert compliance.post(f"{address}withdraw/").status_code == 302
    assert [state for state, *_counts in rows_of(qinghe)] == ["completed", "withdrawn"]
    book = Book.open(fresh_data_dir / "books" / "qinghe")
    assert sorted(book.scan_all("loans").collect()["loan_id"]) == ["QF-4", "QF-5", "QF-6"]
    assert recorded(qinghe)[-3:] == [
        "import.withdrawal_refused",
        "import.withdrawal_asked",
        "import.withdrawn",
    ]


def test_taking_back_clears_the_desk_of_what_only_this_tape_brought(
    admin: Client, qinghe: int, signed_in: SignIn
) -> None:
    admin.post(f"{mapped(admin, tape(first=3))}confirm/", {"choice": "all"})
    address = mapped(admin, tape(first=1))
    admin.post(f"{address}confirm/", {"choice": "clean"})
    assert (refs_of(qinghe, Borrower), loans_in(qinghe)) == ("B-1 B-2 B-3 B-4 B-5", 5)
    admin.post(f"{address}withdraw/")
    signed_in(Role.COMPLIANCE).post(f"{address}withdraw/")
    assert refs_of(qinghe, Borrower) == "B-3 B-4 B-5"
    assert refs_of(qinghe, Loan) == "QF-3 QF-4 QF-5"
    assert body_of_newest(qinghe) | {"sha256": ""} == {
        "sha256": "",
        "accepted": 2,
        "loans_removed": 2,
        "borrowers_removed": 2,
        "borrowers_kept": 0,
    }


def test_a_borrower_on_a_worklist_stays_when_the_tape_is_taken_back(
    qinghe: int, fresh_data_dir: Path, signed_in: SignIn
) -> None:
    import_small_tape(fresh_data_dir)
    run_the_night()
    with lender_scope(qinghe):
        address = f"/console/imports/{Import.objects.get().pk}/"
    signed_in(Role.ADMIN).post(f"{address}withdraw/")
    assert signed_in(Role.COMPLIANCE).post(f"{address}withdraw/").status_code == 302
    assert (refs_of(qinghe, Borrower), refs_of(qinghe, Loan)) == ("B-1 B-2 B-4", "")
    assert body_of_newest(qinghe) | {"sha256": "", "accepted": 0} == {
        "sha256": "",
        "accepted": 0,
        "loans_removed": 4,
        "borrowers_removed": 1,
        "borrowers_kept": 3,
    }


def test_a_second_withdrawal_on_one_day_is_refused_and_changes_nothing(
    admin: Client, qinghe: int, signed_in: SignIn, fresh_data_dir: Path
) -> None:
    first, second = mapped(admin, tape(first=4)), mapped(admin, tape())
    compliance = signed_in(Role.COMPLIANCE)
    admin.post(f"{first}confirm/", {"choice": "all"})
    admin.post(f"{second}confirm/", {"choice": "all"})
    admin.post(f"{second}withdraw/")
    compliance.post(f"{second}withdraw/")
    admin.post(f"{first}withdraw/")
    book = Book.open(fresh_data_dir / "books" / "qinghe").digest()
    answer = compliance.post(f"{first}withdraw/")
    assert answer.status_code == 409
    assert "不能撤销" in answer.content.decode()
    assert sorted(state for state, *_counts in rows_of(qinghe)) == ["completed", "withdrawn"]
    assert refs_of(qinghe, Loan) == "QF-4 QF-5 QF-6"
    assert Book.open(fresh_data_dir / "books" / "qinghe").digest() == book
    assert recorded(qinghe)[-1] == "import.withdrawal_refused"


def test_the_first_tape_of_all_leaves_an_empty_book(
    admin: Client, qinghe: int, signed_in: SignIn, fresh_data_dir: Path
) -> None:
    address = mapped(admin, tape())
    admin.post(f"{address}confirm/", {"choice": "all"})
    admin.post(f"{address}withdraw/")
    assert signed_in(Role.COMPLIANCE).post(f"{address}withdraw/").status_code == 302
    assert rows_of(qinghe)[0][0] == "withdrawn"
    book = Book.open(fresh_data_dir / "books" / "qinghe")
    assert book.scan_all("loans").collect().height == 0
    assert book.manifest.tapes == ()


def test_on_another_day_nothing_is_withdrawn(admin: Client, qinghe: int) -> None:
    address = mapped(admin, tape())
    admin.post(f"{address}confirm/", {"choice": "all"})
    with override_settings(DEMO_CLOCK="2026-11-21T08:00:00+08:00"):
        answer = admin.post(f"{address}withdraw/")
    assert answer.status_code == 409
    assert rows_of(qinghe)[0][0] == "completed"


def test_strategy_reads_and_cannot_import(admin: Client, signed_in: SignIn) -> None:
    address = mapped(admin, tape())
    reader = signed_in(Role.STRATEGIST)
    assert reader.get(f"{address}findings/").status_code == 200
    assert reader.post(f"{address}confirm/", {"choice": "all"}).status_code == 403
    assert reader.get(f"{address}rejected.csv").status_code == 403


def test_another_lenders_import_is_not_there(
    admin: Client, other_lender: int, signed_in: SignIn
) -> None:
    address = mapped(admin, tape())
    other = signed_in(Role.ADMIN, username="other", lender_id=other_lender)
    for step in ("mapping", "preview", "findings", "confirm", "outcome"):
        assert other.get(f"{address}{step}/").status_code == 404
    assert "tape.csv" not in other.get("/console/imports/").content.decode()
