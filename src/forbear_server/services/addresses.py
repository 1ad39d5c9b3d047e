"""A borrower's addresses: added as their own, taken out of use when they prove to be wrong.

Only the borrower's own addresses can be added; there is no field for anybody else's. A social
account or an app is added together with the opt-in it rests on.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from forbear.contact.channels import Channel
from forbear.contact.dispatch import AddressFaulty
from forbear.contact.preferences import PreferenceKind
from forbear.primitives.errors import RequestRefused
from forbear_server.gateways.addresses import sms_address
from forbear_server.selectors.actors import Actor
from forbear_server.selectors.addresses import FIELD, sealed_row
from forbear_server.selectors.borrower_access import visible_refs
from forbear_server.services.evidence import Recorded, append_evidence
from forbear_server.services.message_rows import cancel_waiting
from forbear_server.services.preference_rows import Statement, keep_statement
from forbear_server.services.unclaimed_stops import (
    bind_stops,
    share_unclaimed,
    stopped_words,
)
from forbear_server.store.address_words import address_word
from forbear_server.store.evidence_persons import borrower_person
from forbear_server.store.models import Borrower, BorrowerAddress
from forbear_server.store.sealing import seal, unseal

KINDS = ("phone", "mail", "wechat", "wecom", "push", "post")
LONGEST = {"phone": 20, "mail": 254, "post": 400}
LONGEST_OTHER = 1000
COUNTRY = "CN"
# Private, one to one, opted in: these accounts are not known otherwise.
OPT_INS = {"wechat": Channel.WECHAT, "wecom": Channel.WECHAT, "push": Channel.APP}


class BorrowerNotHere(RequestRefused):
    """No borrower of this ref, or not this person's to see: one answer for both."""

    code = "borrower_unknown"


@transaction.atomic
def add_address(
    *,
    actor: Actor,
    borrower_ref: str,
    kind: str,
    address: str,
    now: datetime,
    opt_in_words: str = "",
) -> Recorded | None:
    """Add an address of the borrower's own; None when it is there already.

    A social account or an app is kept together with the opt-in, in the words it was given in.
    Raises `AddressFaulty` or `BorrowerNotHere`; nothing is changed then.
    """
    borrower = own_borrower(actor, borrower_ref)
    written = written_address(kind, address)
    if kind in OPT_INS and not opt_in_words.strip():
        raise AddressFaulty(
            f"A {kind} address is kept with the opt-in it rests on: give the borrower's words."
        )
    word = address_word(kind, written)
    _, is_new = BorrowerAddress.objects.get_or_create(
        lender_id=actor.lender_id,
        borrower=borrower,
        ref=word,
        defaults={
            "kind": kind,
            "address_sealed": seal(written, field=FIELD, row=sealed_row(borrower)),
            "added_at": now,
        },
    )
    if not is_new:
        return None
    if kind in OPT_INS:
        said = _opt_in(kind, opt_in_words)
        keep_statement(borrower=borrower, said=said, actor=actor, now=now)
    recorded = append_evidence(
        "address.added",
        now=now,
        lender_id=actor.lender_id,
        actor=actor,
        person=borrower_person(borrower_ref),
        body={"kind": kind},
        private={"word": word},
    )
    share_unclaimed(actor.lender_id)
    bind_stops(borrower=borrower, words=[word], now=now)
    return recorded


def _opt_in(kind: str, words: str) -> Statement:
    """The opt-in a social account or an app is kept with."""
    return Statement(
        kind=PreferenceKind.CHANNEL_OPT_IN,
        source="program",
        channel=OPT_INS[kind],
        words=words[:200],
    )


def written_address(kind: str, address: str) -> str:
    """The address as its channel uses it. Raises `AddressFaulty`."""
    if kind not in KINDS:
        raise AddressFaulty(f"There is no kind of address {kind!r}: one of {', '.join(KINDS)}.")
    if kind == "phone":
        return sms_address(address, COUNTRY)
    text = address.strip()
    one_line = text.replace("\n", "") if kind == "post" else text
    if not text or len(text) > LONGEST.get(kind, LONGEST_OTHER) or _has_controls(one_line):
        raise AddressFaulty(
            f"This {kind} address is empty, too long or holds control characters: write it as "
            "the borrower gave it, on one line."
        )
    if kind == "mail" and (text.count("@") != 1 or text.startswith("@") or text.endswith("@")):
        raise AddressFaulty("A mail address has a name, one @ and a domain.")
    return text.lower() if kind == "mail" else text


def in_the_window(name: str, address: str) -> str:
    """What stands in the window of a letter: it begins with the name."""
    return f"{name}\n{address}"


def index_phones(*, lender_id: int, now: datetime, refs: Sequence[str] | None = None) -> int:
    """Make the numbers of the book's borrowers addresses; how many were new.

    Numbers no channel can reach are left out: there is nothing to send to.
    """
    return _index_book(lender_id, "phone", "phone", now, refs)


def index_postal(*, lender_id: int, now: datetime, refs: Sequence[str] | None = None) -> int:
    """The same for the postal addresses letters go to."""
    return _index_book(lender_id, "post", "address", now, refs)


def _index_book(
    lender_id: int, kind: str, column: str, now: datetime, refs: Sequence[str] | None
) -> int:
    sealed = f"{column}_sealed"
    known = BorrowerAddress.objects.filter(lender_id=lender_id, kind=kind)
    rows = Borrower.objects.filter(lender_id=lender_id).exclude(**{sealed: ""})
    if refs is not None:
        rows = rows.filter(ref__in=refs)
    made = []
    missing = rows.exclude(pk__in=known.values("borrower_id"))
    for borrower in missing.iterator(chunk_size=2000):
        row = sealed_row(borrower)
        held = unseal(getattr(borrower, sealed), field=f"borrower.{column}", row=row)
        if kind == "post":
            name = unseal(borrower.name_sealed, field="borrower.name", row=row)
            held = in_the_window(name, held)
        try:
            written = written_address(kind, held)
        except AddressFaulty:
            continue
        made.append(
            BorrowerAddress(
                lender_id=lender_id,
                borrower=borrower,
                kind=kind,
                ref=address_word(kind, written),
                address_sealed=seal(written, field=FIELD, row=row),
                added_at=now,
                is_from_book=True,
            )
        )
    if made:
        _keep_indexed(lender_id, made, now)
    return len(made)


@transaction.atomic
def _keep_indexed(lender_id: int, made: Sequence[BorrowerAddress], now: datetime) -> None:
    """Addresses of the book, with what was said from them before anybody knew whose they are."""
    BorrowerAddress.objects.bulk_create(made, ignore_conflicts=True, batch_size=2000)
    share_unclaimed(lender_id)
    stopped = stopped_words(lender_id)
    for address in made:
        if address.ref in stopped:
            owner = Borrower.objects.select_for_update().get(pk=address.borrower_id)
            bind_stops(borrower=owner, words=[address.ref], now=now)


def take_out_of_use(
    *, borrower: Borrower, word: str, reason: str, now: datetime, actor: Actor | None
) -> bool:
    """Never use this address again, nor for what waits; inside the transaction of what was learnt."""
    changed = BorrowerAddress.objects.filter(
        borrower=borrower, ref=word, out_of_use_at__isnull=True
    ).update(out_of_use_at=now, out_of_use_reason=reason)
    if changed:
        cancel_waiting(
            borrower_id=borrower.pk,
            channel="",
            loan_ref="",
            reason=reason,
            now=now,
            address_word=word,
        )
        append_evidence(
            "address.taken_out",
            now=now,
            lender_id=borrower.lender_id,
            actor=actor,
            person=borrower_person(borrower.ref),
            body={"code": reason},
            private={"word": word},
        )
    return bool(changed)


def own_borrower(actor: Actor, borrower_ref: str) -> Borrower:
    """The borrower, if this person may see them, locked. Raises `BorrowerNotHere`."""
    seen = visible_refs(actor, [borrower_ref])
    row = Borrower.objects.select_for_update().filter(ref__in=seen).first()
    if row is None:
        raise BorrowerNotHere(f"There is no borrower {borrower_ref}, or you may not see them.")
    return row


def _has_controls(text: str) -> bool:
    return any(ord(letter) < 0x20 or ord(letter) == 0x7F for letter in text)
