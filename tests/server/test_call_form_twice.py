"""The browser's back button, or an impatient click: one form is one call."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from forbear.contact.calls import CallRefused, LineEvent
from forbear_server.selectors.actors import Actor, Role
from forbear_server.store.lender_scope import lender_scope
from forbear_server.store.models import Call, PermitRequest
from server.telephones import begun, close, on_the_list, phones_of, tell

pytestmark = pytest.mark.django_db


def test_a_form_sent_again_after_its_call_is_refused_and_nothing_is_dialled(
    qinghe: int, make_actor: Callable[..., Actor]
) -> None:
    actor = make_actor("wang.min", Role.COLLECTOR)
    with lender_scope(qinghe):
        phones_of(qinghe)
        on_the_list(qinghe)
        call = begun(actor, idempotency_key="one-form").call_id
        assert call is not None
        tell(qinghe, call, LineEvent.RINGING)
        tell(qinghe, call, LineEvent.ENDED, reason="no_answer")
        close(actor, call, "no_answer")
        with pytest.raises(CallRefused) as refused:
            begun(actor, idempotency_key="one-form")
        assert refused.value.reason == "form_sent_before"
        assert (Call.objects.count(), PermitRequest.objects.count()) == (1, 1)
