"""What exactly a key signs, and whether it did: notes, and cosignatures with their time.

C2SP signed-note (type 0x01: the text as it is) and tlog-cosignature (0x04: two lines and the text;
0x06: a binary structure of cosigner, time, origin, size and root). A cosignature is a witness's
word that up to that time it saw this log only ever grow.
"""

import struct

from forbear.evidence.checkpoints import Checkpoint
from forbear.evidence.ed25519 import is_ed25519_signature
from forbear.evidence.errors import CheckpointMalformed, NoteMalformed
from forbear.evidence.keys import SignatureType, SigningKey, VerifierKey
from forbear.evidence.ml_dsa import is_ml_dsa_44_signature

MAX_TIMESTAMP = 2**63 - 1
_TIME_SIZE = 8
_LABEL = b"subtree/v1\n\x00"


def signed_message(key: VerifierKey, text: str, signed_at: int) -> bytes:
    """The bytes under a key's signature of a note's text; `signed_at` in POSIX seconds.

    >>> from forbear.evidence.keys import new_signing_key
    >>> key = new_signing_key(
    ...     name="w", seed=bytes(32), signature_type=SignatureType.ED25519_COSIGNATURE
    ... )
    >>> signed_message(key.verifier_key, "example.com/log\\n", 7)
    b'cosignature/v1\\ntime 7\\nexample.com/log\\n'
    """
    if key.signature_type is SignatureType.ED25519:
        return text.encode()
    if key.signature_type is SignatureType.ED25519_COSIGNATURE:
        return f"cosignature/v1\ntime {signed_at}\n{text}".encode()
    checkpoint = Checkpoint.parse(text)
    return b"".join(
        (
            _LABEL,
            _short_text(key.name),
            struct.pack(">Q", signed_at),
            _short_text(checkpoint.origin),
            struct.pack(">QQ", 0, checkpoint.size),
            checkpoint.root,
        )
    )


def is_signature(key: VerifierKey, text: str, signature: bytes) -> bool:
    """Whether the bytes of a signature line (without its key id) hold for this text."""
    if key.signature_type is SignatureType.ED25519:
        return is_ed25519_signature(
            public_key=key.public_key, message=text.encode(), signature=signature
        )
    if len(signature) <= _TIME_SIZE or signed_at(signature) > MAX_TIMESTAMP:
        return False
    try:
        Checkpoint.parse(text)
        message = signed_message(key, text, signed_at(signature))
    except CheckpointMalformed:
        return False
    is_long = key.signature_type is SignatureType.ML_DSA_44_COSIGNATURE
    is_kind_of_signature = is_ml_dsa_44_signature if is_long else is_ed25519_signature
    return is_kind_of_signature(
        public_key=key.public_key, message=message, signature=signature[_TIME_SIZE:]
    )


def make_signature(key: SigningKey, text: str, signed_at: int | None) -> bytes:
    """The bytes of a signature line (without its key id)."""
    signature_type = key.verifier_key.signature_type
    if not signature_type.is_cosignature:
        return key.sign(text.encode())
    Checkpoint.parse(text)
    if signed_at is None:
        if signature_type is SignatureType.ED25519_COSIGNATURE:
            raise NoteMalformed("A witness signs with the time it looked: give signed_at.")
        signed_at = 0  # no statement that this was the largest tree seen
    if not 0 <= signed_at <= MAX_TIMESTAMP:
        raise NoteMalformed(f"{signed_at} is no time in POSIX seconds from 0 to 2^63 - 1.")
    message = signed_message(key.verifier_key, text, signed_at)
    return struct.pack(">Q", signed_at) + key.sign(message)


def signed_at(signature: bytes) -> int:
    """The time a cosignature states, in POSIX seconds; it counts once the signature holds."""
    return int.from_bytes(signature[:_TIME_SIZE], "big")


def _short_text(text: str) -> bytes:
    data = text.encode()
    if not 0 < len(data) < 256:
        raise CheckpointMalformed(
            f"{text[:40]!r} has {len(data)} bytes; in an ML-DSA-44 cosignature 1 to 255 fit."
        )
    return bytes([len(data)]) + data
