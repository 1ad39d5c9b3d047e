"""Signed notes: a text, an empty line, and a line for each signature.

C2SP signed-note, and where that leaves a choice, Go's sumdb/note. Signatures of unknown keys are
passed over, so that keys can be changed and witnesses added; a bad signature of a known key, or no
good one at all, refuses the note. Further than the specifications go: base64 has one spelling, and
each signature of a known key is checked, also a repeated one.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from forbear.evidence.checkpoints import Checkpoint as Checkpoint
from forbear.evidence.cosignatures import is_signature, make_signature, signed_at
from forbear.evidence.errors import KeyRefused, NoteMalformed, NoteUnsigned, SignatureWrong
from forbear.evidence.keys import (
    SignatureType,
    SigningKey,
    VerifierKey,
    parse_signing_key,
    parse_verifier_key,
)
from forbear.evidence.texts import (
    base64_text,
    control_character,
    exact_base64,
    is_key_name,
    is_utf8,
)

MAX_SIGNATURES = 100
_MARK = "— "
_KEY_ID_SIZE = 4


@dataclass(frozen=True, slots=True)
class Signed:
    """Who signed, under which key; `signed_at` (POSIX seconds) is stated by cosignatures only."""

    name: str
    key_id: str
    vkey: str
    signed_at: int | None = None


@dataclass(frozen=True, slots=True)
class Note:
    """A text and whose signatures of it were checked and hold."""

    text: str
    signers: tuple[Signed, ...]


@dataclass(frozen=True, slots=True)
class SignedCheckpoint:
    """A checkpoint, and whose signatures of it were checked and hold."""

    checkpoint: Checkpoint
    signers: tuple[Signed, ...]


@dataclass(frozen=True, slots=True)
class _Line:
    name: str
    key_id: str
    signature: bytes
    text: str


def open_note(text: str, verifier_keys: Iterable[str]) -> Note:
    """The signed text of a whole note and who signed it; refused unless a given key did.

    >>> open_note(
    ...     "hello\\n\\n— example.com/log Hd5FMb0jqZfeO51p54NUHNgB0gj3FcEdABb+i0x7WQ2KMMK02b7JbausbD8F"
    ...     "EGH/ZlGKT8qJcf90erbFNeQlPTAIigk=\\n",
    ...     ["example.com/log+1dde4531+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop"],
    ... ).signers[0].name
    'example.com/log'
    """
    keys = _keys_by_id(verifier_keys)
    signed_text, lines = _split(text)
    signers: dict[VerifierKey, Signed] = {}
    for line in lines:
        known = keys.get((line.name, line.key_id), [])
        if len(known) > 1:
            raise KeyRefused(
                f"Two of the given keys are called {line.name}+{line.key_id}; which one signed "
                "cannot be told. Give each key once."
            )
        for key in known:
            signer = _checked(key, signed_text, line)
            signers.setdefault(key, signer)
    if not signers:
        named = ", ".join(f"{one.name}+{one.key_id}" for one in lines[:5])
        raise NoteUnsigned(
            f"None of the {len(keys)} given keys has signed this note; signed it is by {named}. "
            "Without a signature of a known key nobody answers for the text: give the verifier key "
            "of who should have signed."
        )
    _check_extensions(signed_text, signers)
    return Note(signed_text, tuple(signers.values()))


def sign_note(
    text: str, signing_keys: Sequence[str | SigningKey], *, signed_at: int | None = None
) -> str:
    """The note of a text, signed by each key in turn; cosigning keys also state `signed_at`.

    >>> key = "PRIVATE+KEY+example.com/log+1dde4531+AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
    >>> sign_note("hello\\n", [key]).split("\\n")[2][:29]
    '— example.com/log Hd5FMb0jqZf'
    """
    if not signing_keys:
        raise NoteMalformed("A note needs at least one signature: give a signing key.")
    _check_text(text)
    return text + "\n" + "".join(_signature_lines(text, signing_keys, signed_at).values())


def add_signatures(
    note: str, signing_keys: Sequence[str | SigningKey], *, signed_at: int | None = None
) -> str:
    """The note with further signatures; one of the same key that was there before gives way."""
    text, lines = _split(note)
    added = _signature_lines(text, signing_keys, signed_at)
    kept = [line.text for line in lines if (line.name, line.key_id) not in added]
    if len(kept) + len(added) > MAX_SIGNATURES:
        raise NoteMalformed(f"A note holds at most {MAX_SIGNATURES} signatures.")
    return text + "\n" + "".join([*kept, *added.values()])


def open_checkpoint(
    note: str, verifier_keys: Iterable[str], *, origin: str | None = None
) -> SignedCheckpoint:
    """The checkpoint of a note, signed by the log itself.

    A key speaks for the log whose origin is the key's name; `origin` says otherwise, for a log
    whose key has another name. A witness's key alone is not enough.
    """
    opened = open_note(note, verifier_keys)
    checkpoint = Checkpoint.parse(opened.text)
    if origin is not None and checkpoint.origin != origin:
        raise NoteUnsigned(
            f"This is a checkpoint of {checkpoint.origin!r}, not of {origin!r}: another log."
        )
    speaks = [parse_verifier_key(one.vkey) for one in opened.signers]
    if not any(
        key.signature_type is not SignatureType.ED25519_COSIGNATURE
        and (origin is not None or key.name == checkpoint.origin)
        for key in speaks
    ):
        named = ", ".join(one.name for one in speaks)
        raise NoteUnsigned(
            f"The checkpoint of {checkpoint.origin!r} is signed by {named}, but not by the log. "
            "Give the log's own verifier key, or its origin if its key has another name."
        )
    return SignedCheckpoint(checkpoint, opened.signers)


def _keys_by_id(verifier_keys: Iterable[str]) -> Mapping[tuple[str, str], list[VerifierKey]]:
    if isinstance(verifier_keys, str):
        raise KeyRefused("Give a list of verifier keys, not one text.")
    found: dict[tuple[str, str], list[VerifierKey]] = {}
    for vkey in verifier_keys:
        key = parse_verifier_key(vkey)
        found.setdefault((key.name, key.key_id), []).append(key)
    return found


def _checked(key: VerifierKey, text: str, line: _Line) -> Signed:
    if not is_signature(key, text, line.signature):
        raise SignatureWrong(
            f"The signature of {key.name}+{key.key_id} does not hold for this text: the text or "
            "the signature was changed. Fetch the note again from its source, and keep this one."
        )
    at = signed_at(line.signature) if key.signature_type.is_cosignature else None
    return Signed(key.name, key.key_id, key.vkey, at)


def _check_extensions(text: str, signers: Iterable[VerifierKey]) -> None:
    """ML-DSA-44 cosignatures do not cover extension lines: alone they do not vouch for any."""
    if all(key.signature_type is SignatureType.ML_DSA_44_COSIGNATURE for key in signers):
        checkpoint = Checkpoint.parse(text)
        if checkpoint.extensions:
            raise NoteUnsigned(
                f"The {len(checkpoint.extensions)} extension lines are under no checked signature "
                "(ML-DSA-44 cosignatures leave them out), so anybody may have written them. Give "
                "an Ed25519 key of the log as well."
            )


def _split(note: str) -> tuple[str, list[_Line]]:
    """The signed text, and the signature lines below the last empty line."""
    _check_characters(note)
    position = note.rfind("\n\n")
    signatures = note[position + 2 :]
    if position < 0 or not signatures.endswith("\n"):
        raise NoteMalformed(
            "A note is a text, an empty line, and signature lines that end in a newline. This one "
            "was cut, or is no signed note."
        )
    lines = signatures[:-1].split("\n")
    if len(lines) > MAX_SIGNATURES:
        raise NoteMalformed(f"{len(lines)} signatures; a note holds at most {MAX_SIGNATURES}.")
    return note[: position + 1], [_line(one) for one in lines]


def _line(line: str) -> _Line:
    name, _, encoded = line.removeprefix(_MARK).partition(" ")
    raw = exact_base64(encoded)
    if not line.startswith(_MARK) or not is_key_name(name) or not raw or len(raw) <= _KEY_ID_SIZE:
        raise NoteMalformed(
            f"{line[:60]!r} is no signature line: a long dash, a space, the key's name, a space, "
            "and base64 of key id and signature."
        )
    return _Line(name, raw[:_KEY_ID_SIZE].hex(), raw[_KEY_ID_SIZE:], line + "\n")


def _signature_lines(
    text: str, signing_keys: Sequence[str | SigningKey], at: int | None
) -> dict[tuple[str, str], str]:
    lines = {}
    for given in signing_keys:
        key = parse_signing_key(given) if isinstance(given, str) else given
        named = (key.verifier_key.name, key.verifier_key.key_id)
        if named in lines:
            raise NoteMalformed(f"The key {named[0]}+{named[1]} was given twice.")
        raw = bytes.fromhex(named[1]) + make_signature(key, text, at)
        lines[named] = f"{_MARK}{named[0]} {base64_text(raw)}\n"
    return lines


def _check_text(text: str) -> None:
    _check_characters(text)
    if not text.endswith("\n"):
        raise NoteMalformed("The text of a note ends in a newline; add one before signing.")


def _check_characters(text: str) -> None:
    found = control_character(text)
    if found is not None:
        raise NoteMalformed(
            f"The note holds the control character U+{ord(found):04X}; only newline is allowed."
        )
    if not is_utf8(text):
        raise NoteMalformed("The note is not UTF-8 text.")
