"""A bundle of evidence about one person, checked offline: proofs, entries, opened fields.

A bundle is a ZIP file with a manifest (name and SHA-256 of each file in it), a proof file for each
entry and a file of openings: for each committed field its key and the canonical JSON it stands for.
Whoever holds it can check that each entry stands in the log and that each opened value is the one
that was committed when the entry was written.
"""

import hmac
import json
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO
from typing import Any

from forbear.evidence.errors import ProofError
from forbear.evidence.texts import exact_base64
from forbear.evidence.tlog_proofs import verify_tlog_proof

BUNDLE_FORM = "forbear-evidence-bundle/v1"
MANIFEST = "manifest.json"
MOST_BUNDLE_BYTES = 256 * 2**20
_MOST_FILE_BYTES = 16 * 2**20


class BundleRefused(ProofError):
    """A bundle with something in it that does not hold; says which file and why."""

    code = "bundle_refused"


@dataclass(frozen=True, slots=True)
class CheckedEntry:
    """An entry of a bundle that holds: its bytes, its place, its opened fields."""

    entry: dict[str, Any]
    index: int
    opened: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class CheckedBundle:
    """A bundle all of which holds."""

    entries: tuple[CheckedEntry, ...]
    files: int


def check_bundle(data: bytes, *, verifier_keys: Iterable[str]) -> CheckedBundle:
    """Every entry of a bundle, when all of it holds. Raises `ProofError` at the first fault."""
    files = _unpacked_files(data)
    manifest = _json_object(MANIFEST, files.pop(MANIFEST, b""))
    listed = manifest.get("files")
    if manifest.get("form") != BUNDLE_FORM or not isinstance(listed, dict):
        raise BundleRefused(f"{MANIFEST}: it is no manifest of the form {BUNDLE_FORM}.")
    if set(listed) != set(files):
        odd = ", ".join(sorted(set(listed) ^ set(files))[:5])
        raise BundleRefused(f"{MANIFEST}: listed and present differ: {odd}. Ask for it again.")
    for name, content in files.items():
        if sha256(content).hexdigest() != listed[name]:
            raise BundleRefused(f"{name}: its SHA-256 is not the one in the manifest: changed.")
    keys = tuple(verifier_keys)
    proofs = sorted(name for name in files if name.endswith(".tlog-proof"))
    if manifest.get("entries") != len(proofs):
        raise BundleRefused(f"{MANIFEST}: it says another number of entries than there are proofs.")
    return CheckedBundle(tuple(_bundled(files, name, keys) for name in proofs), len(files))


def _bundled(files: Mapping[str, bytes], name: str, keys: tuple[str, ...]) -> CheckedEntry:
    try:
        proven = verify_tlog_proof(files[name].decode(), verifier_keys=keys)
    except (ProofError, UnicodeDecodeError) as fault:
        raise BundleRefused(f"{name}: {fault}") from fault
    entry = _json_object(name, proven.entry)
    opening = name.removesuffix(".tlog-proof") + ".opened.json"
    opened = {}
    if opening in files:
        for field, one in _json_object(opening, files[opening]).items():
            opened[field] = _opened_value(opening, field, one, entry.get("commit", {}))
    return CheckedEntry(entry, proven.index, opened)


def _opened_value(name: str, field: str, one: Any, committed: Any) -> Any:
    """The value of a field, if its key and canonical text give the commitment of the entry."""
    is_formed = isinstance(one, dict) and all(isinstance(one.get(k), str) for k in ("key", "value"))
    key = exact_base64(one["key"]) if is_formed else None
    stated = committed.get(field) if isinstance(committed, dict) else None
    if key is None or len(key) != 32 or not isinstance(stated, str):
        raise BundleRefused(f"{name}: {field} is no opening of a committed field.")
    text = one["value"].encode()
    wanted = exact_base64(stated.replace("-", "+").replace("_", "/") + "=")
    if wanted is None or not hmac.compare_digest(hmac.digest(key, text, sha256), wanted):
        raise BundleRefused(f"{name}: the value of {field} is not the one that was committed.")
    try:
        return json.loads(text)
    except ValueError:
        raise BundleRefused(f"{name}: the value of {field} is no JSON.") from None


def _unpacked_files(data: bytes) -> dict[str, bytes]:
    """The files of the ZIP, bounded: no more bytes than a bundle may have."""
    if len(data) > MOST_BUNDLE_BYTES:
        raise BundleRefused(f"The bundle is larger than {MOST_BUNDLE_BYTES >> 20} MiB.")
    try:
        with zipfile.ZipFile(BytesIO(data)) as packed:
            infos = packed.infolist()
            if len({info.filename for info in infos}) != len(infos):
                raise BundleRefused("The bundle has two files of one name.")
            if any(info.file_size > _MOST_FILE_BYTES for info in infos) or (
                sum(info.file_size for info in infos) > MOST_BUNDLE_BYTES
            ):
                raise BundleRefused("The bundle unpacks to more than a bundle may have.")
            return {info.filename: packed.read(info) for info in infos}
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as fault:
        raise BundleRefused(f"The bundle is no ZIP file that can be read: {fault}") from fault


def _json_object(name: str, data: bytes) -> dict[str, Any]:
    try:
        read = json.loads(data)
    except (ValueError, RecursionError):
        read = None
    if not isinstance(read, dict):
        raise BundleRefused(f"{name}: it is missing or no JSON object.")
    return read
