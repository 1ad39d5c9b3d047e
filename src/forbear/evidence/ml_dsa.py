"""ML-DSA-44 signatures (FIPS 204), where the installed cryptography library has them.

Pure mode with an empty context, as C2SP tlog-cosignature uses it. Unlike Ed25519 it stands against
quantum computers; a signature is 2,420 bytes long.
"""

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm

from forbear.evidence.errors import AlgorithmMissing

try:
    from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey, MLDSA44PublicKey
except ImportError:
    HAS_ML_DSA = False
else:
    HAS_ML_DSA = True

ML_DSA_44_KEY_SIZE = 1312
ML_DSA_44_SIGNATURE_SIZE = 2420
_MISSING = (
    "The installed `cryptography` library has no ML-DSA-44, so such a signature can be neither "
    "made nor checked here. Install a newer one, or use an Ed25519 key."
)


def is_ml_dsa_44_signature(*, public_key: bytes, message: bytes, signature: bytes) -> bool:
    """Whether the signature of the message holds."""
    if len(signature) != ML_DSA_44_SIGNATURE_SIZE or len(public_key) != ML_DSA_44_KEY_SIZE:
        return False
    _require_ml_dsa()
    try:
        MLDSA44PublicKey.from_public_bytes(public_key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    except UnsupportedAlgorithm:
        raise AlgorithmMissing(_MISSING) from None
    return True


def ml_dsa_44_public_key(seed: bytes) -> bytes:
    """The public key of a 32-byte seed."""
    return _private_key(seed).public_key().public_bytes_raw()


def sign_ml_dsa_44(*, seed: bytes, message: bytes) -> bytes:
    """A signature of the message."""
    return _private_key(seed).sign(message)


def _private_key(seed: bytes) -> "MLDSA44PrivateKey":
    _require_ml_dsa()
    try:
        return MLDSA44PrivateKey.from_seed_bytes(seed)
    except UnsupportedAlgorithm:
        raise AlgorithmMissing(_MISSING) from None


def _require_ml_dsa() -> None:
    if not HAS_ML_DSA:
        raise AlgorithmMissing(_MISSING)
