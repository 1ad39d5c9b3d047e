"""`among`: one of many values as one array, on every kind of column the desk asks by."""

from __future__ import annotations

import pytest

from forbear_server.services.persons import Person, record_persons
from forbear_server.store.lender_scope import lender_scope
from forbear_server.store.models import Borrower, Loan

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _people(qinghe: int) -> None:
    with lender_scope(qinghe):
        record_persons(lender_id=qinghe, persons=[Person("B-1"), Person("B-2"), Person("B" * 64)])
        owner = Borrower.objects.get(ref="B-1")
        Loan.objects.create(lender_id=qinghe, ref="L-1", borrower=owner, product="p")


def refs(lender_id: int, *asked: str) -> set[str]:
    with lender_scope(lender_id):
        return set(Borrower.objects.filter(ref__among=asked).values_list("ref", flat=True))


def test_it_finds_what_is_among_the_values_and_nothing_among_none(qinghe: int) -> None:
    assert refs(qinghe, "B-1", "B-1", "B-9") == {"B-1"}
    assert refs(qinghe) == set()


def test_a_value_longer_than_the_column_is_not_cut_to_fit(qinghe: int) -> None:
    assert refs(qinghe, "B" * 64) == {"B" * 64}
    assert refs(qinghe, "B" * 70) == set()


def test_quotes_braces_and_nothing_are_values_like_others(qinghe: int) -> None:
    assert refs(qinghe, 'B-1"', "{B-1}", "NULL", "", "B-2") == {"B-2"}


def test_it_works_on_a_foreign_key_and_the_other_way_round(qinghe: int) -> None:
    with lender_scope(qinghe):
        first, second = (Borrower.objects.get(ref=ref).pk for ref in ("B-1", "B-2"))
        assert Loan.objects.filter(borrower_id__among=[first, second]).get().ref == "L-1"
        assert not Loan.objects.filter(borrower_id__among=[second]).exists()
        assert set(Borrower.objects.exclude(pk__among=[first]).values_list("ref", flat=True)) == {
            "B-2",
            "B" * 64,
        }
