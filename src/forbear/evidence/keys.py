"""Keys of logs and witnesses as texts: verifier keys (public) and signing keys (private).

C2SP signed-note. A verifier key is `name+id+base64(type || public key)`; the id is the start of a
hash over name, type and key, so that a key cannot quietly stand under another's name. A signing
key is written as in Go's sumdb/note, `PRIVATE+KEY+name+id+base64(type || seed)`; whoever reads it
can sign in that name.
"""

import hashlib
from dataclasses import dataclass, field
from enum import IntEnum

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from forbear.evidence.ed25519 import ED25519_KEY_SIZE, is_strict_point
from forbear.evidence.errors import KeyRefused
from forbear.evidence.ml_dsa import ML_DSA_44_KEY_SIZE, ml_dsa_44_public_key, sign_ml_dsa_44
from forbear.evidence.texts import base64_text, exact_base64, is_key_name

SEED_SIZE = 32
_PRIVATE = "PRIVATE+KEY+"


class SignatureType(IntEnum):
    """The byte that says how a key signs (C2SP signed-note, tlog-cosignature)."""

    ED25519 = 0x01  # over the text of the note
    ED25519_COSIGNATURE = 0x04  # over a checkpoint and a time
    ML_DSA_44_COSIGNATURE = 0x06  # over cosigner, time, origin, size and root

    @property
    def is_cosignature(self) -> bool:
        return self is not SignatureType.ED25519

    @property
    def key_size(self) -> int:
        is_long = self is SignatureType.ML_DSA_44_COSIGNATURE
        return ML_DSA_44_KEY_SIZE if is_long else ED25519_KEY_SIZE


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public key under its name; `key_id` is eight hex digits."""

    name: str
    key_id: str
    signature_type: SignatureType
    public_key: bytes

    @property
    def vkey(self) -> str:
        material = bytes([self.signature_type]) + self.public_key
        return f"{self.name}+{self.key_id}+{base64_text(material)}"


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key under its name; the seed never appears in messages."""

    verifier_key: VerifierKey
    seed: bytes = field(repr=False)

    @property
    def skey(self) -> str:
        """The private text form: keep it secret."""
        key = self.verifier_key
        material = bytes([key.signature_type]) + self.seed
        return f"{_PRIVATE}{key.name}+{key.key_id}+{base64_text(material)}"

    def sign(self, message: bytes) -> bytes:
        """The raw signature of a message; what is signed for a note is `cosignatures`' business."""
        if self.verifier_key.signature_type is SignatureType.ML_DSA_44_COSIGNATURE:
            return sign_ml_dsa_44(seed=self.seed, message=message)
        return Ed25519PrivateKey.from_private_bytes(self.seed).sign(message)


def key_id(name: str, material: bytes) -> str:
    """SHA-256(name || 0x0A || type || public key), its first four bytes in hex."""
    return hashlib.sha256(name.encode() + b"\n" + material).hexdigest()[:8]


def parse_verifier_key(vkey: str) -> VerifierKey:
    """The key a text spells; refused when malformed, mislabelled, unknown in type or unsafe.

    >>> parse_verifier_key(
    ...     "example.com/log+1dde4531+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop"
    ... ).name
    'example.com/log'
    """
    name, stated_id, material = _parts(vkey)
    signature_type = _signature_type(material[0], name)
    public_key = material[1:]
    if len(public_key) != signature_type.key_size:
        raise KeyRefused(
            f"The key of {name!r} has {len(public_key)} bytes where its type needs "
            f"{signature_type.key_size}. Copy the whole verifier key again."
        )
    _check_id(name, stated_id, material)
    if signature_type.key_size == ED25519_KEY_SIZE and not is_strict_point(public_key):
        raise KeyRefused(
            f"The key of {name!r} is a point of small order or spelled in a second way; under it "
            "signatures can be made up. Ask the owner for a proper key."
        )
    return VerifierKey(name, stated_id, signature_type, public_key)


def parse_signing_key(skey: str) -> SigningKey:
    """The private key a text spells; the text itself never appears in a refusal."""
    if not skey.startswith(_PRIVATE):
        raise KeyRefused(f"A signing key begins with {_PRIVATE!r}; this text does not.")
    name, stated_id, material = _parts(skey.removeprefix(_PRIVATE))
    made = new_signing_key(
        name=name, seed=material[1:], signature_type=_signature_type(material[0], name)
    )
    if made.verifier_key.key_id != stated_id:
        raise KeyRefused(
            f"The signing key of {name!r} says id {stated_id}, but its public key's id is "
            f"{made.verifier_key.key_id}. It was cut or changed: take it from its backup."
        )
    return made


def new_signing_key(
    *, name: str, seed: bytes, signature_type: SignatureType = SignatureType.ED25519
) -> SigningKey:
    """The key pair of 32 random bytes, which the caller draws and keeps secret.

    >>> new_signing_key(name="example.com/log", seed=bytes(32)).verifier_key.vkey
    'example.com/log+1dde4531+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop'
    """
    if not is_key_name(name):
        raise KeyRefused(f"{name!r} cannot name a key: not empty, no space, no plus sign.")
    if len(seed) != SEED_SIZE:
        raise KeyRefused(f"A seed has {SEED_SIZE} random bytes, not {len(seed)}.")
    if signature_type is SignatureType.ML_DSA_44_COSIGNATURE:
        public_key = ml_dsa_44_public_key(seed)
    else:
        private = Ed25519PrivateKey.from_private_bytes(seed)
        public_key = private.public_key().public_bytes_raw()
    own_id = key_id(name, bytes([signature_type]) + public_key)
    return SigningKey(VerifierKey(name, own_id, signature_type, public_key), seed)


def _parts(text: str) -> tuple[str, str, bytes]:
    name, _, rest = text.partition("+")
    stated_id, _, encoded = rest.partition("+")
    material = exact_base64(encoded)
    is_id = len(stated_id) == 8 and all(one in "0123456789abcdefABCDEF" for one in stated_id)
    if not is_key_name(name) or not is_id or not material:
        # only the name is repeated: what follows may be a private key, given by mistake
        raise KeyRefused(
            f"What begins with {name[:60]!r} is no key. A key reads name+id+key: a name without "
            "spaces, eight hex digits, and base64. Copy the whole line."
        )
    return name, stated_id.lower(), material


def _signature_type(byte: int, name: str) -> SignatureType:
    try:
        return SignatureType(byte)
    except ValueError:
        known = ", ".join(f"0x{one:02x}" for one in SignatureType)
        raise KeyRefused(
            f"The key of {name!r} is of type 0x{byte:02x}, which this verifier does not know "
            f"(it knows {known}). Use a newer verifier, or another key of that log."
        ) from None


def _check_id(name: str, stated_id: str, material: bytes) -> None:
    computed = key_id(name, material)
    if computed != stated_id:
        raise KeyRefused(
            f"The key of {name!r} says id {stated_id}, but its id is {computed}: name, id and key "
            "do not belong together. Take the verifier key from its owner again."
        )
