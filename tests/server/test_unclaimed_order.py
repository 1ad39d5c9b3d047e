"""A stop word of a stranger and the address that makes it somebody's never miss each other.

Nor does either wait for the other longer than for a last look.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection

from forbear.contact.dispatch import Inbound
from forbear_server.selectors.lenders import find_lender
from forbear_server.services.address_changes import bind_said_meanwhile, replace_addresses
from forbear_server.services.addresses import add_address, index_phones
from forbear_server.services.inbound import record_inbound
from forbear_server.services.persons import Person, record_persons
from forbear_server.store.address_words import address_word
from forbear_server.store.lender_scope import lender_scope
from forbear_server.store.models import Borrower, BorrowerAddress, ContactPreference, InboundMessage
from server.conftest import NOW
from server.outbox import SENDER, people, sms_sender

pytestmark = pytest.mark.django_db
STRANGE = "+8613700001234"
STATED = [("B-7", "channel_opt_out")]
SEVENTH = Person("B-7", name="林小满", phone="13700001234")


@pytest.fixture
def desk(qinghe: int) -> Iterator[int]:
    with lender_scope(qinghe):
        people(qinghe, 1)
        yield qinghe


def heard(lender: int, id_: str = "in-1") -> None:
    event = Inbound(SENDER, id_, STRANGE, "TD", NOW)
    record_inbound(
        lender=find_lender("qinghe"),
        sender_id=sms_sender(lender),
        kind="phone",
        event=event,
        now=NOW,
    )


def stated() -> list[tuple[str, str]]:
    return list(ContactPreference.objects.values_list("borrower__ref", "kind"))


def locks() -> list[str]:
    """The locks of strangers' replies this transaction holds."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT mode FROM pg_locks WHERE locktype = 'advisory' AND classid = 5")
        return [mode for (mode,) in cursor.fetchall()]


def owned(lender: int) -> None:
    BorrowerAddress.objects.create(
        lender_id=lender,
        borrower=Borrower.objects.get(ref="B-7"),
        kind="phone",
        ref=address_word("phone", STRANGE),
        address_sealed="",
        added_at=NOW,
    )


def test_a_tape_holds_no_reply_up_while_it_is_read_and_binds_what_was_said_meanwhile(
    desk: int,
) -> None:
    record_persons(lender_id=desk, persons=[SEVENTH])
    assert replace_addresses(lender_id=desk, persons=[SEVENTH], now=NOW) == 0
    assert locks() == []
    # Said before the tape commits, when nobody else sees its persons: left to nobody.
    with connection.cursor() as cursor:
        cursor.execute("UPDATE borrower SET phone_sealed = '' WHERE ref = 'B-7'")
    heard(desk)
    assert stated() == []
    for _ in range(2):
        bind_said_meanwhile(lender_id=desk, persons=lambda: [SEVENTH], seen=frozenset(), now=NOW)
        assert stated() == STATED
    assert "ShareLock" in locks()


def test_what_was_seen_before_is_not_looked_for_in_the_tape_again(desk: int) -> None:
    heard(desk)

    def never() -> list[Person]:
        raise AssertionError("the tape was read again")

    seen = frozenset({address_word("phone", STRANGE)})
    bind_said_meanwhile(lender_id=desk, persons=never, seen=seen, now=NOW)


def test_who_leaves_a_stop_word_to_nobody_waits_for_no_row_any_more(desk: int) -> None:
    said: list[str] = []

    def listen(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        said.append(sql)
        return execute(sql, *rest)

    with connection.execute_wrapper(listen):
        heard(desk)
    (held,) = [n for n, sql in enumerate(said) if "pg_advisory_xact_lock(" in sql]
    after = [sql for sql in said[held + 1 :] if "SAVEPOINT" not in sql]
    assert [sql.partition(" ")[0] for sql in after] == ["SELECT"]
    assert "FOR UPDATE" not in after[0]


@pytest.mark.parametrize("is_added_by_hand", [False, True])
def test_rows_are_locked_before_the_look_at_strangers_replies(
    desk: int, is_added_by_hand: bool, make_actor: Callable[..., Any]
) -> None:
    said: list[str] = []

    def listen(execute: Callable[..., Any], sql: str, params: Any, *rest: Any) -> Any:
        is_of_keys = "advisory" in sql and params[0] != 5
        said.extend([] if is_of_keys else [sql])
        return execute(sql, params, *rest)

    officer = make_actor("jia.he", "compliance")
    with connection.execute_wrapper(listen):
        if is_added_by_hand:
            add_address(actor=officer, borrower_ref="B-0", kind="phone", address=STRANGE, now=NOW)
        else:
            record_persons(lender_id=desk, persons=[SEVENTH])
            index_phones(lender_id=desk, now=NOW, refs=["B-7"])
    shared = max(n for n, sql in enumerate(said) if "pg_advisory_xact_lock_shared" in sql)
    kept = max(n for n, sql in enumerate(said) if 'INSERT INTO "borrower_address"' in sql)
    assert kept < shared


def test_an_address_recorded_at_the_last_moment_owns_the_stop_word(desk: int) -> None:
    record_persons(lender_id=desk, persons=[Person("B-7", name="林小满")])
    steps: list[str] = []

    def meanwhile(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        if "pg_advisory_xact_lock(" in sql and not steps:
            steps.append("recorded")
            owned(desk)
        elif steps == ["recorded"] and sql.startswith("ROLLBACK TO SAVEPOINT"):
            steps.append("seen by all")
            answer = execute(sql, *rest)
            owned(desk)  # the other transaction's: not taken back with ours
            return answer
        return execute(sql, *rest)

    with connection.execute_wrapper(meanwhile):
        heard(desk)
    assert steps == ["recorded", "seen by all"]
    assert stated() == STATED
    assert [row.borrower and row.borrower.ref for row in InboundMessage.objects.all()] == ["B-7"]
