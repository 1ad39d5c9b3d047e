"""Personal data at rest: opens only for its own row and field, and moves to a new key in batches."""

from __future__ import annotations

import base64

import pytest
from django.test.utils import override_settings

from forbear_server.services.field_keys import rotate_field_keys
from forbear_server.services.persons import Person, record_persons
from forbear_server.store.lender_scope import lender_scope
from forbear_server.store.models import Borrower
from forbear_server.store.sealing import SealBroken, seal, seal_bytes, unseal, unseal_bytes
from server.conftest import NOW
from server.evidence import recorded

OLD = "k1:" + base64.b64encode(b"1" * 32).decode()
NEW = "k2:" + base64.b64encode(b"2" * 32).decode()


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


@pytest.mark.django_db
def test_rotation_moves_every_row_and_then_finds_nothing_left(qinghe: int) -> None:
    people = [Person(f"B-{n}", name=f"人{n}", phone=f"1990000000{n}") for n in range(5)]
    with override_settings(FIELD_KEYS=OLD), lender_scope(qinghe):
        record_persons(lender_id=qinghe, persons=people)
    with override_settings(FIELD_KEYS=f"{NEW},{OLD}"):
        assert rotate_field_keys(now=NOW, batch=2) == 5
        assert rotate_field_keys(now=NOW, batch=2) == 0
    with override_settings(FIELD_KEYS=NEW), lender_scope(qinghe):
        names = [
            unseal(one.name_sealed, field="borrower.name", row=f"{qinghe}:{one.ref}")
            for one in Borrower.objects.order_by("ref")
        ]
    assert names == ["人0", "人1", "人2", "人3", "人4"]
    assert recorded(qinghe)[-1] == "field_keys.rotated"


@pytest.mark.django_db
def test_a_later_tape_without_a_phone_keeps_the_one_that_is_known(qinghe: int) -> None:
    with lender_scope(qinghe):
        record_persons(lender_id=qinghe, persons=[Person("B-1", name="甲", phone="19900000001")])
        record_persons(lender_id=qinghe, persons=[Person("B-1", name="乙")])
        borrower = Borrower.objects.get()
    row = f"{qinghe}:B-1"
    assert unseal(borrower.name_sealed, field="borrower.name", row=row) == "乙"
    assert unseal(borrower.phone_sealed, field="borrower.phone", row=row) == "19900000001"
