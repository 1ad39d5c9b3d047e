"""What contact writes of a person is sealed under the current key, and goes when the person goes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.test import override_settings

from forbear.contact.dispatch import Inbound
from forbear.contact.preferences import HoldKind, PreferenceKind
from forbear_server.selectors.actors import Actor, Role
from forbear_server.selectors.lenders import find_lender
from forbear_server.services.erasure import erase_person
from forbear_server.services.field_keys import rotate_field_keys
from forbear_server.services.inbound import record_inbound
from forbear_server.services.preference_rows import Statement
from forbear_server.services.preferences import give_preference, place_hold
from forbear_server.store.lender_scope import lender_scope
from forbear_server.store.models import (
    BorrowerAddress,
    ContactHold,
    ContactPreference,
    InboundMessage,
    Message,
    PermitRequest,
)
from forbear_server.store.sealing import new_key, unseal
from server.conftest import NOW
from server.outbox import HELLO, SENDER, draft, people, queue, sms_sender

pytestmark = pytest.mark.django_db
TABLES = (Message, InboundMessage, ContactPreference, ContactHold, BorrowerAddress, PermitRequest)
OLD = "t1:" + "A" * 43 + "="


@pytest.fixture
def officer(qinghe: int, make_actor: Callable[..., Actor]) -> Iterator[Actor]:
    """One of everything about B-0."""
    actor = make_actor("officer", Role.COMPLIANCE)
    with lender_scope(qinghe):
        people(qinghe, 1)
        sender = sms_sender(qinghe)
        queue(actor, draft())
        record_inbound(
            lender=find_lender("qinghe"),
            sender_id=sender,
            kind="phone",
            event=Inbound(SENDER, "in-1", "+8619900000000", "我下周还", NOW),
            now=NOW,
        )
        said = Statement(kind=PreferenceKind.LANGUAGE, source="collector", language="en")
        give_preference(actor=actor, borrower_ref="B-0", said=said, now=NOW)
        place_hold(
            actor=actor, borrower_ref="B-0", kind=HoldKind.HARDSHIP, source="collector", now=NOW
        )
        yield actor


def test_a_change_of_keys_reaches_messages_replies_and_addresses(officer: Actor) -> None:
    with override_settings(FIELD_KEYS=f"k2:{new_key()},{OLD}"):
        assert rotate_field_keys(now=NOW) > 0
        assert rotate_field_keys(now=NOW) == 0
        with lender_scope(officer.lender_id):
            row = Message.objects.get()
            assert row.text_sealed.startswith("k2.")
            assert InboundMessage.objects.get().text_sealed.startswith("k2.")
            assert BorrowerAddress.objects.get().address_sealed.startswith("k2.")
            place = f"{row.lender_id}:{row.uuid}"
            assert unseal(row.text_sealed, field="message.text", row=place) == HELLO


def test_with_the_person_go_their_messages_replies_addresses_wishes_and_holds(
    officer: Actor,
) -> None:
    assert [table.objects.count() for table in TABLES] == [1, 1, 1, 1, 1, 1]
    later = NOW + timedelta(days=4000)
    erase_person(actor=officer, borrower_ref="B-0", reason="asked for it", now=later)
    assert [table.objects.count() for table in TABLES] == [0, 0, 0, 0, 0, 0]
