"""After erasing a person: does trying every mobile number find anything in what remains?

A desk is made, a number is committed in an entry, the person is erased. Then every number of eleven
digits that begins with 1 (10^10) is hashed, as it is and as canonical JSON, and looked up among every
32-byte value that the log's files and the desk's rows still hold. Beside them lies, as a control,
the plain hash of another number: the search must find that one.

    python bench/brute_force.py --prefix 138     10^8 numbers: those that begin with 138
    python bench/brute_force.py                  all of it
"""

from __future__ import annotations

import argparse
import base64
import binascii
import ctypes
import hashlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import numpy as np

from forbear.evidence import hashing

ALL = 10**10
CHUNK = 10**6
ERASED, CONTROL = "13800001234", "13800777777"
# The last six digits of every number of a chunk.
_LAST_SIX = np.frombuffer(
    b"".join(b"%06d" % number for number in range(CHUNK)), dtype=np.uint8
).reshape(CHUNK, 6)
MAKE = """
from datetime import timedelta
from forbear_server.cli.desk import open_desk
open_desk(is_new=True)
from django.db import connection, transaction
from forbear_server.store.migrating import migrate
migrate()
from forbear_server.selectors.actors import Role, find_actor_by_name
from forbear_server.services.erasure import erase_person
from forbear_server.services.evidence import append_evidence
from forbear_server.services.lenders import register_lender
from forbear_server.services.log_sequencing import seal_waiting
from forbear_server.services.persons import Person, record_persons
from forbear_server.services.users import add_user
from forbear_server.store.evidence_persons import borrower_person
from forbear_server.store.lender_scope import lender_scope
from forbear_server.ui.clock import wall_now
now = wall_now()
lender = register_lender(code="x", name_zh="甲", name_en="X", kind="other", now=now)
add_user(lender_code="x", username="o", display_name="o", role=Role.COMPLIANCE, team="",
         is_demo=False, now=now)
with lender_scope(lender):
    record_persons(lender_id=lender, persons=[Person("B-1", name="周宁", phone="%(phone)s")])
    actor = find_actor_by_name("o")
    for _ in range(20):
        with transaction.atomic():
            append_evidence("complaint.received", now=now, lender_id=lender, actor=actor,
                            person=borrower_person("B-1"), body={"kind": "x"},
                            private={"phone": "%(phone)s", "borrower": "B-1"})
    later = now + timedelta(days=366 * 12)
    erase_person(actor=actor, borrower_ref="B-1", reason="request", now=later)
    seal_waiting(now=now)
    with connection.cursor() as cursor:
        for table in ("evidence_entry", "evidence_person", "evidence_subject", "borrower",
                      "log_leaf", "log_head"):
            cursor.execute("SELECT t::text FROM " + table + " t")
            for (text,) in cursor.fetchall():
                print(text)
"""


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--prefix", default="1", help="Digits the numbers begin with: 1, 138 …")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="forbear-brute-") as folder:
        remains = _remains(Path(folder))
    plain = any(ERASED.encode() in piece for piece in remains)
    heads = _heads(remains | {hashlib.sha256(CONTROL.encode()).digest()})
    print(f"{len(remains):,} values remain; the number itself among them: {plain}", flush=True)
    found: set[str] = set()
    begun = time.perf_counter()
    numbers = 10 ** (11 - len(asked.prefix))
    start = int(asked.prefix.ljust(11, "0")) - ALL
    for done in range(0, numbers, CHUNK):
        found |= _found(start + done, min(CHUNK, numbers - done), heads)
        if done % (CHUNK * 500) == 0 and done:
            told = f"{done:,} numbers, {done / (time.perf_counter() - begun):,.0f} a second"
            print(told, file=sys.stderr, flush=True)
    took = time.perf_counter() - begun
    print(f"{numbers:,} numbers tried in {took:,.0f} s: found {sorted(found)}")
    if found - {CONTROL} or plain or CONTROL not in found:
        raise SystemExit("the search found the erased number, or missed the control")


def _remains(folder: Path) -> set[bytes]:
    """Every value of 32 bytes in the desk's rows and the log's files, at every offset."""
    environment = {**os.environ, "FORBEAR_DATA_DIR": str(folder)}
    done = subprocess.run(
        [sys.executable, "-c", MAKE % {"phone": ERASED}],
        env=environment,
        check=True,
        capture_output=True,
    )
    texts = [done.stdout]
    texts += [path.read_bytes() for path in (folder / "log").rglob("*") if path.is_file()]
    found: set[bytes] = set()
    for text in texts:
        for raw in _decoded(text):
            found |= {raw[at : at + 32] for at in range(max(1, len(raw) - 31))}
    return found


def _decoded(text: bytes) -> Iterator[bytes]:
    """The bytes themselves, and every word of them read as hexadecimal or base64url."""
    yield text
    for word in text.replace(b'"', b" ").replace(b",", b" ").replace(b"\\x", b" ").split():
        with suppress(ValueError):
            yield bytes.fromhex(word.decode("ascii", "ignore"))
        yield _base64url(word)


def _base64url(word: bytes) -> bytes:
    try:
        return base64.urlsafe_b64decode(word + b"==")
    except binascii.Error:
        return b""


def _heads(values: set[bytes]) -> np.ndarray:
    """The first eight bytes of each, sorted: enough to notice a hit, which is then confirmed."""
    return np.unique(np.frombuffer(b"".join(v[:8] for v in values if len(v) == 32), dtype=">u8"))


def _found(first: int, count: int, heads: np.ndarray) -> set[str]:
    """Numbers of a chunk whose hash, plain or as JSON text, begins like something that remains."""
    text = np.empty((count, 10), dtype=np.uint8)
    text[:, :4] = np.frombuffer(f"{first // CHUNK:04d}".encode(), dtype=np.uint8)
    text[:, 4:] = _LAST_SIX[:count]
    quoted = np.empty((count, 12), dtype=np.uint8)
    quoted[:, 0], quoted[:, 1:11], quoted[:, 11] = ord("1"), text, ord('"')
    hits: set[str] = set()
    for prefix, rows in ((ord("1"), text), (ord('"'), quoted)):
        digests = np.frombuffer(_hashes(prefix, rows), dtype=">u8").reshape(count, 4)[:, 0]
        at = np.searchsorted(heads, digests).clip(max=len(heads) - 1)
        hits |= {f"1{first + int(n):010d}" for n in np.flatnonzero(heads[at] == digests)}
    return hits


def _hashes(prefix: int, rows: np.ndarray) -> bytes:
    """SHA-256 of prefix and row, for each row."""
    data, length = rows.tobytes(), rows.shape[1]
    library = next(iter(hashing._libraries(Path(hashing.__file__).parent)), None)
    if library is None:
        return b"".join(
            hashlib.sha256(bytes([prefix]) + data[at : at + length]).digest()
            for at in range(0, len(data), length)
        )
    made = ctypes.create_string_buffer(32 * len(rows))
    function = library.forbear_hash_side_by_side
    function.argtypes = (ctypes.c_int, *hashing._ARGUMENTS)
    lanes = library.forbear_widest_lanes()
    if not lanes or function(lanes, prefix, data, None, length, len(rows), made) != 1:
        raise SystemExit("this processor hashes no messages side by side: use --numbers with less")
    return made.raw


if __name__ == "__main__":
    main()
