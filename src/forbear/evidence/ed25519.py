"""Ed25519 signatures by one strict rule, so that every verifier gives the same answer.

RFC 8032 leaves room: libraries disagree about points of small order and about second spellings of
one point (of the 914 public edge cases of C2SP/CCTV two common ones disagreed on 165). A record
that one member accepts and another refuses settles nothing, so before the library is asked we
refuse: a key or nonce point spelled other than canonically (y not below the field's prime, or
x = 0 with the sign bit set), a key or nonce point of small order, and S not below the group order.
"""

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

ED25519_KEY_SIZE = 32
ED25519_SIGNATURE_SIZE = 64
_PRIME = 2**255 - 19
_GROUP_ORDER = 2**252 + 27742317777372353535851937790883648493
# y of one point of order eight; the other points of that order have it or its negative
_Y_OF_ORDER_EIGHT = 0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7
_SMALL_ORDER_Y = frozenset({0, 1, _PRIME - 1, _Y_OF_ORDER_EIGHT, _PRIME - _Y_OF_ORDER_EIGHT})


def is_strict_point(encoded: bytes) -> bool:
    """Whether 32 bytes spell a point canonically and not one of the eight of small order.

    That the point lies on the curve is left to the library.

    >>> is_strict_point(bytes(32))
    False
    """
    number = int.from_bytes(encoded, "little")
    y = number & (2**255 - 1)
    # where x = 0 (with either sign bit) y is 1 or -1, and both are of small order
    return len(encoded) == ED25519_KEY_SIZE and y < _PRIME and y not in _SMALL_ORDER_Y


def is_ed25519_signature(*, public_key: bytes, message: bytes, signature: bytes) -> bool:
    """Whether the signature of the message holds, by the strict rule of this module."""
    if len(signature) != ED25519_SIGNATURE_SIZE:
        return False
    if not is_strict_point(public_key) or not is_strict_point(signature[:32]):
        return False
    if int.from_bytes(signature[32:], "little") >= _GROUP_ORDER:
        return False
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True
