"""Whose key closes an entry's fields, and which pseudonym stands for them.

The key is 32 random bytes, sealed under the installation's field keys; a pseudonym is 16 random
bytes for each person and purpose, so that nobody joins two purposes from the log alone.
"""

from __future__ import annotations

import base64
import os
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection
from django.db.backends.utils import CursorWrapper

from forbear.evidence.commitments import KEY_BYTES
from forbear.evidence.events import EVENTS
from forbear_server.store.sealing import seal, unseal

KEY_FIELD = "evidence.person_key"
PSEUDONYM_BYTES = 16
# Entries about these are about nobody: no pseudonym.
NOBODY = frozenset({"lender", "installation"})


_FIND = (
    "SELECT p.id, p.key_sealed, s.pseudonym, l.code FROM evidence_person p "
    "LEFT JOIN evidence_subject s ON s.person_id = p.id AND s.purpose = %s "
    "LEFT JOIN lender l ON l.id = p.lender_id "
    "WHERE p.lender_id IS NOT DISTINCT FROM %s AND p.kind = %s AND p.ref = %s "
    "AND p.key_sealed <> ''"
)
# An erasure waits for every transaction of its lender that writes entries, and they for it.
_KEYS_IN_USE = 3


@dataclass(frozen=True, slots=True)
class PersonRef:
    """A person by kind and the lender's own id for them."""

    kind: str
    ref: str


def borrower_person(ref: str) -> PersonRef:
    return PersonRef("borrower", ref)


def staff_person(username: str) -> PersonRef:
    return PersonRef("staff", username)


@dataclass(frozen=True, slots=True)
class Keeper:
    """What an entry needs of the person it is about."""

    person_id: int
    key: bytes
    pseudonym: str
    # The code of the lender, empty for the house.
    issuer: str


def keeper_of(
    cursor: CursorWrapper, *, lender_id: int | None, person: PersonRef | None, purpose: str
) -> Keeper:
    """The person's key and pseudonym, made on first use; of the lender or the house for nobody."""
    if person is None:
        person = PersonRef("installation" if lender_id is None else "lender", "")
    if person.kind not in NOBODY:
        hold_keys(cursor, lender_id)
    found = _find(cursor, lender_id, person, purpose)
    if found is None:
        _make_person(cursor, lender_id, person)
        found = _find(cursor, lender_id, person, purpose)
    if found is None:
        raise LookupError(f"The key of a {person.kind} could not be kept for lender {lender_id}.")
    person_id, key_sealed, pseudonym, issuer = found
    if not pseudonym and person.kind not in NOBODY:
        pseudonym = _make_pseudonym(cursor, lender_id, person_id, purpose)
    return Keeper(person_id, _opened(person_id, key_sealed), pseudonym or "", issuer or "")


def hold_keys(cursor: CursorWrapper, lender_id: int | None, *, is_erasing: bool = False) -> None:
    """No key of the lender is destroyed until this transaction ends, or none else is in use."""
    how = "pg_advisory_xact_lock" if is_erasing else "pg_advisory_xact_lock_shared"
    cursor.execute(f"SELECT {how}(%s, %s)", [_KEYS_IN_USE, lender_id or 0])


def known_keepers(
    cursor: CursorWrapper, lender_id: int, persons: Iterable[PersonRef], purpose: str
) -> dict[PersonRef, Keeper]:
    """The keepers of many people at once; who has no key or pseudonym yet is left out."""
    hold_keys(cursor, lender_id)
    asked = list(persons)
    cursor.execute(
        "SELECT p.kind, p.ref, p.id, p.key_sealed, s.pseudonym, l.code "
        "FROM unnest(%s::text[], %s::text[]) AS w (kind, ref) "
        "JOIN evidence_person p ON p.lender_id = %s AND p.kind = w.kind AND p.ref = w.ref "
        "AND p.key_sealed <> '' "
        "JOIN evidence_subject s ON s.person_id = p.id AND s.purpose = %s "
        "JOIN lender l ON l.id = p.lender_id ORDER BY p.id",
        [[one.kind for one in asked], [one.ref for one in asked], lender_id, purpose],
    )
    return {
        PersonRef(kind, ref): Keeper(person_id, _opened(person_id, key_sealed), pseudonym, code)
        for kind, ref, person_id, key_sealed, pseudonym, code in cursor.fetchall()
    }


def make_keepers(
    cursor: CursorWrapper, lender_id: int, persons: Iterable[PersonRef], purpose: str
) -> None:
    """Keys and pseudonyms for whoever of these has none yet."""
    asked = sorted(persons, key=lambda one: (one.kind, one.ref))
    cursor.execute(
        "SELECT nextval(pg_get_serial_sequence('evidence_person', 'id')) "
        "FROM generate_series(1, %s)",
        [len(asked)],
    )
    numbers = [int(row[0]) for row in cursor.fetchall()]
    cursor.execute(
        "INSERT INTO evidence_person (id, lender_id, kind, ref, key_sealed) "
        "OVERRIDING SYSTEM VALUE SELECT id, %s, kind, ref, key_sealed "
        "FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[]) "
        "AS w (id, kind, ref, key_sealed) ON CONFLICT DO NOTHING",
        [
            lender_id,
            numbers,
            [one.kind for one in asked],
            [one.ref for one in asked],
            [_fresh_key(number) for number in numbers],
        ],
    )
    cursor.execute(
        "INSERT INTO evidence_subject (lender_id, person_id, purpose, pseudonym) "
        "SELECT %s, p.id, %s, w.pseudonym "
        "FROM unnest(%s::text[], %s::text[], %s::text[]) AS w (kind, ref, pseudonym) "
        "JOIN evidence_person p ON p.lender_id = %s AND p.kind = w.kind AND p.ref = w.ref "
        "AND p.key_sealed <> '' ON CONFLICT (person_id, purpose) DO NOTHING",
        [
            lender_id,
            purpose,
            [one.kind for one in asked],
            [one.ref for one in asked],
            [_fresh_pseudonym() for _ in asked],
            lender_id,
        ],
    )


def keeper_of_borrower(lender_id: int, borrower_ref: str) -> Keeper:
    """The borrower's key as such, for what concerns all their entries."""
    with connection.cursor() as cursor:
        return keeper_of(
            cursor, lender_id=lender_id, person=borrower_person(borrower_ref), purpose="erasure"
        )


def key_behind(*, lender_id: int | None, event: str, pseudonym: str) -> bytes | None:
    """The key that opens an entry under a pseudonym ("" is nobody's); None after an erasure."""
    if event in EVENTS and EVENTS[event].outlasts_person:
        pseudonym = ""
    with connection.cursor() as cursor:
        if pseudonym:
            cursor.execute(
                "SELECT p.id, p.key_sealed FROM evidence_subject s "
                "JOIN evidence_person p ON p.id = s.person_id WHERE s.pseudonym = %s",
                [pseudonym],
            )
        else:
            cursor.execute(
                "SELECT id, key_sealed FROM evidence_person "
                "WHERE lender_id IS NOT DISTINCT FROM %s AND kind IN ('lender', 'installation')",
                [lender_id],
            )
        row = cursor.fetchone()
    return None if row is None or not row[1] else _opened(int(row[0]), str(row[1]))


def _opened(person_id: int, key_sealed: str) -> bytes:
    return base64.b64decode(unseal(key_sealed, field=KEY_FIELD, row=str(person_id)))


def _find(
    cursor: CursorWrapper, lender_id: int | None, person: PersonRef, purpose: str
) -> tuple[int, str, str | None, str | None] | None:
    cursor.execute(
        _FIND,
        [purpose, lender_id, person.kind, person.ref],
    )
    return cursor.fetchone()  # type: ignore[no-any-return]


def _make_person(cursor: CursorWrapper, lender_id: int | None, person: PersonRef) -> None:
    cursor.execute("SELECT nextval(pg_get_serial_sequence('evidence_person', 'id'))")
    person_id = int(cursor.fetchone()[0])
    cursor.execute(
        "INSERT INTO evidence_person (id, lender_id, kind, ref, key_sealed) "
        "OVERRIDING SYSTEM VALUE VALUES (%s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
        [
            person_id,
            lender_id,
            person.kind,
            person.ref,
            _fresh_key(person_id),
        ],
    )


def _fresh_key(person_id: int) -> str:
    """A new key, sealed for its row."""
    key = base64.b64encode(os.urandom(KEY_BYTES)).decode()
    return seal(key, field=KEY_FIELD, row=str(person_id))


def _fresh_pseudonym() -> str:
    return base64.urlsafe_b64encode(os.urandom(PSEUDONYM_BYTES)).decode().rstrip("=")


def _make_pseudonym(
    cursor: CursorWrapper, lender_id: int | None, person_id: int, purpose: str
) -> str:
    cursor.execute(
        "INSERT INTO evidence_subject (lender_id, person_id, purpose, pseudonym) "
        "VALUES (%s, %s, %s, %s) ON CONFLICT (person_id, purpose) DO UPDATE "
        "SET purpose = EXCLUDED.purpose RETURNING pseudonym",
        [lender_id, person_id, purpose, _fresh_pseudonym()],
    )
    return str(cursor.fetchone()[0])
