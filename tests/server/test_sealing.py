"""Personal data at rest: opens only for its own row and field, and moves to a new key in batches."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import psycopg
import pytest
from django.db import connection, transaction
from django.test.utils import override_settings

from forbear.intake.reading import RawTable
from forbear.intake.sources import Format
from forbear_server.services.field_keys import RotationIncomplete, rotate_field_keys
from forbear_server.services.persons import Person, record_persons
from forbear_server.store.lender_scope import lender_scope
from forbear_server.store.models import Borrower, EvidenceEntry
from forbear_server.store.sealed_files import read_sealed, write_sealed
from forbear_server.store.sealing import SealBroken, seal, seal_bytes, unseal, unseal_bytes
from forbear_server.store.tape_files import keep_tape, kept_tape, preview_path, preview_row
from server.conftest import NOW
from server.evidence import recorded

OLD = "k1:" + base64.b64encode(b"1" * 32).decode()
NEW = "k2:" + base64.b64encode(b"2" * 32).decode()
SHA = "a" * 64
RAW = RawTable("tape.csv", Format.CSV, "utf-8", pl.DataFrame({"姓名": ["林小满"]}), ("姓名",), ())


@pytest.fixture
def old_key() -> object:
    with override_settings(FIELD_KEYS=OLD):
        yield


@pytest.mark.usefixtures("old_key")
def test_a_sealed_text_opens_for_its_own_row_and_field() -> None:
    sealed = seal("林小满", field="borrower.name", row="1:B-1")
    assert (sealed[:3], "林" in sealed) == ("k1.", False)
    assert unseal(sealed, field="borrower.name", row="1:B-1") == "林小满"


@pytest.mark.usefixtures("old_key")
@pytest.mark.parametrize(
    ("field", "row"),
    [("borrower.phone", "1:B-1"), ("borrower.name", "1:B-2"), ("borrower.name", "2:B-1")],
)
def test_moved_to_another_row_field_or_lender_it_stays_shut(field: str, row: str) -> None:
    sealed = seal("林小满", field="borrower.name", row="1:B-1")
    with pytest.raises(SealBroken, match="changed or moved"):
        unseal(sealed, field=field, row=row)


@pytest.mark.usefixtures("old_key")
def test_the_same_text_never_looks_the_same_twice() -> None:
    seals = {seal("林小满", field="borrower.name", row="1:B-1") for _ in range(3)}
    assert len(seals) == 3


@pytest.mark.usefixtures("old_key")
def test_nothing_stays_nothing() -> None:
    assert (seal("", field="f", row="r"), unseal("", field="f", row="r")) == ("", "")


@pytest.mark.usefixtures("old_key")
def test_a_file_with_one_byte_changed_does_not_open() -> None:
    sealed = seal_bytes(b"tape", field="file", row="1")
    assert unseal_bytes(sealed, field="file", row="1") == b"tape"
    broken = sealed[:-1] + bytes([sealed[-1] ^ 1])
    with pytest.raises(SealBroken):
        unseal_bytes(broken, field="file", row="1")


def test_a_key_that_is_gone_is_named_in_the_message() -> None:
    with override_settings(FIELD_KEYS=OLD):
        sealed = seal("x", field="f", row="r")
    with override_settings(FIELD_KEYS=NEW), pytest.raises(SealBroken, match=r"'k1'.*rotate-keys"):
        unseal(sealed, field="f", row="r")


@pytest.mark.parametrize("keys", ["k1:short", "k-1:" + OLD[3:], "nonsense"])
def test_a_key_list_that_cannot_be_used_is_refused(keys: str) -> None:
    with override_settings(FIELD_KEYS=keys), pytest.raises(ValueError, match="FORBEAR_FIELD_KEYS"):
        seal("x", field="f", row="r")


@pytest.fixture
def old_key_first(request: pytest.FixtureRequest) -> Iterator[None]:
    """The lender comes to the house while the old key is the current one."""
    with override_settings(FIELD_KEYS=OLD):
        request.getfixturevalue("qinghe")
    yield


@pytest.mark.django_db
@pytest.mark.usefixtures("old_key_first")
def test_rotation_moves_every_row_and_then_finds_nothing_left(qinghe: int) -> None:
    people = [Person(f"B-{n}", name=f"人{n}", phone=f"1990000000{n}") for n in range(5)]
    with override_settings(FIELD_KEYS=OLD), lender_scope(qinghe):
        record_persons(lender_id=qinghe, persons=people)
    with override_settings(FIELD_KEYS=f"{NEW},{OLD}"):
        # five borrowers, and the key that closes entries about the lender
        assert rotate_field_keys(now=NOW, batch=2) == 6
        assert rotate_field_keys(now=NOW, batch=2) == 0
    with override_settings(FIELD_KEYS=NEW), lender_scope(qinghe):
        names = [
            unseal(one.name_sealed, field="borrower.name", row=f"{qinghe}:{one.ref}")
            for one in Borrower.objects.order_by("ref")
        ]
    assert names == ["人0", "人1", "人2", "人3", "人4"]
    assert recorded(qinghe)[-1] == "field_keys.rotated"


@pytest.mark.django_db
@pytest.mark.usefixtures("old_key_first")
def test_rotation_moves_uploaded_tapes_and_previews(qinghe: int, fresh_data_dir: Path) -> None:
    with override_settings(FIELD_KEYS=OLD):
        keep_tape(qinghe, SHA, RAW)
        write_sealed(preview_path(qinghe, SHA), b"{}", row=preview_row(qinghe, SHA))
    with override_settings(FIELD_KEYS=f"{NEW},{OLD}"):
        assert rotate_field_keys(now=NOW) == 3  # two files, one key of the evidence
        assert rotate_field_keys(now=NOW) == 0
    with override_settings(FIELD_KEYS=NEW):
        assert kept_tape(qinghe, SHA).frame.equals(RAW.frame)
        shown = read_sealed(preview_path(qinghe, SHA), row=preview_row(qinghe, SHA))
    assert shown == b"{}"
    folder = fresh_data_dir / "uploads" / str(qinghe)
    assert sorted(one.name for one in folder.iterdir()) == [f"{SHA}.preview", f"{SHA}.sealed"]
    with lender_scope(qinghe):
        body = EvidenceEntry.objects.order_by("-id")[0].body
    assert body == {"rows": 1, "files": 2, "left": 0, "key": "k2"}


@pytest.mark.django_db
@pytest.mark.usefixtures("old_key_first")
def test_a_rotation_stopped_between_two_files_goes_on_where_it_was(
    qinghe: int, fresh_data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with override_settings(FIELD_KEYS=OLD):
        keep_tape(qinghe, SHA, RAW)
        write_sealed(preview_path(qinghe, SHA), b"{}", row=preview_row(qinghe, SHA))
    kept = Path.replace

    def power_cut(path: Path, target: Path) -> Path:
        if target.suffix == ".preview":
            raise OSError("power cut")
        return kept(path, target)

    with override_settings(FIELD_KEYS=f"{NEW},{OLD}"):
        with monkeypatch.context() as patch, pytest.raises(OSError, match="power cut"):
            patch.setattr(Path, "replace", power_cut)
            rotate_field_keys(now=NOW)
        shown = read_sealed(preview_path(qinghe, SHA), row=preview_row(qinghe, SHA))
        assert shown == b"{}"
        assert rotate_field_keys(now=NOW) == 1


@pytest.fixture
def held_borrower(data_dir: Path, db: None) -> Iterator[int]:
    """A borrower under the old key, committed, and locked by another connection; its lender."""
    at = connection.settings_dict
    with psycopg.connect(host=at["HOST"], dbname=at["NAME"], user="postgres") as other:
        made = other.execute(
            "INSERT INTO lender (code, name_zh, name_en, kind, currency, time_zone) "
            "VALUES ('held', '甲', 'Held', 'bank', 'CNY', 'Asia/Shanghai') RETURNING id"
        ).fetchone()
        assert made is not None
        with override_settings(FIELD_KEYS=OLD):
            sealed = seal("林小满", field="borrower.name", row=f"{made[0]}:B-1")
        other.execute(
            "INSERT INTO borrower (lender_id, ref, name_sealed, phone_sealed, id_number_sealed, "
            "address_sealed, language, time_zone) VALUES (%s, 'B-1', %s, '', '', '', 'zh', '')",
            [made[0], sealed],
        )
        other.commit()
        other.execute("SELECT * FROM borrower WHERE lender_id = %s FOR UPDATE", [made[0]])
        yield int(made[0])
        other.rollback()
        other.execute("DELETE FROM borrower WHERE lender_id = %s", [made[0]])
        other.execute("DELETE FROM lender WHERE id = %s", [made[0]])


@pytest.mark.django_db
def test_a_row_in_use_is_reported_as_left_and_not_passed_over(
    held_borrower: int, fresh_data_dir: Path
) -> None:
    # The savepoint is rolled back, so that the lender can be removed again.
    with transaction.atomic():
        with (
            override_settings(FIELD_KEYS=f"{NEW},{OLD}"),
            pytest.raises(RotationIncomplete, match="0 re-sealed, 1 still under another key"),
        ):
            rotate_field_keys(now=NOW)
        with lender_scope(held_borrower):
            body = EvidenceEntry.objects.order_by("-id")[0].body
        transaction.set_rollback(True)
    assert body == {"rows": 0, "files": 0, "left": 1, "key": "k2"}


@pytest.mark.django_db
def test_a_later_tape_without_a_phone_keeps_the_one_that_is_known(qinghe: int) -> None:
    with lender_scope(qinghe):
        record_persons(lender_id=qinghe, persons=[Person("B-1", name="甲", phone="19900000001")])
        record_persons(lender_id=qinghe, persons=[Person("B-1", name="乙")])
        borrower = Borrower.objects.get()
    row = f"{qinghe}:B-1"
    assert unseal(borrower.name_sealed, field="borrower.name", row=row) == "乙"
    assert unseal(borrower.phone_sealed, field="borrower.phone", row=row) == "19900000001"
