"""Keys as texts, and the strict rule of Ed25519."""

import hashlib

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from evidence.sample_logs import LOG, VKEY
from forbear.evidence import ml_dsa
from forbear.evidence.ed25519 import is_ed25519_signature, is_strict_point
from forbear.evidence.errors import AlgorithmMissing, KeyRefused
from forbear.evidence.keys import (
    SignatureType,
    key_id,
    new_signing_key,
    parse_signing_key,
    parse_verifier_key,
)
from forbear.evidence.texts import base64_text

PRIME = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, PRIME) % PRIME
Point = tuple[int, int]


def add(one: Point, two: Point) -> Point:
    """RFC 8032 section 5.1.4, in affine form."""
    (x1, y1), (x2, y2) = one, two
    product = D * x1 * x2 * y1 * y2 % PRIME
    x = (x1 * y2 + x2 * y1) * pow(1 + product, -1, PRIME) % PRIME
    y = (y1 * y2 + x1 * x2) * pow(1 - product, -1, PRIME) % PRIME
    return x, y


def times(point: Point, factor: int) -> Point:
    found: Point = (0, 1)
    while factor:
        if factor & 1:
            found = add(found, point)
        point, factor = add(point, point), factor >> 1
    return found


def recovered(y: int) -> Point | None:
    """A point with this y, if there is one (RFC 8032 section 5.1.3)."""
    square = (y * y - 1) * pow(D * y * y + 1, -1, PRIME) % PRIME
    x = pow(square, (PRIME + 3) // 8, PRIME)
    if x * x % PRIME != square:
        x = x * pow(2, (PRIME - 1) // 4, PRIME) % PRIME
    return (x, y) if x * x % PRIME == square else None


def encoded(point: Point) -> bytes:
    return (point[1] | (point[0] & 1) << 255).to_bytes(32, "little")


def small_order_points() -> list[bytes]:
    """The eight points of small order: multiples of any point by the order of the large group."""
    for y in range(2, 100):
        point = recovered(y)
        if point is None:
            continue
        generator = times(point, ORDER)
        found = {times(generator, factor) for factor in range(8)}
        if len(found) == 8:
            return sorted(encoded(one) for one in found)
    raise ValueError("no point of order eight found")


def second_spellings() -> list[bytes]:
    """y not below the prime (19 values, each sign), and x = 0 with the sign bit set."""
    large = list(range(PRIME, 2**255))
    spelled = [(y | sign << 255).to_bytes(32, "little") for y in large for sign in (0, 1)]
    return spelled + [(y | 1 << 255).to_bytes(32, "little") for y in (1, PRIME - 1)]


def test_the_eight_points_of_small_order_are_refused() -> None:
    points = small_order_points()
    assert len(points) == 8
    assert [one for one in points if is_strict_point(one)] == []


def test_second_spellings_of_points_are_refused() -> None:
    spellings = second_spellings()
    assert len(spellings) == 40
    assert [one for one in spellings if is_strict_point(one)] == []


def test_the_base_point_and_proper_keys_are_not_refused() -> None:
    base_y = 4 * pow(5, -1, PRIME) % PRIME
    assert is_strict_point(base_y.to_bytes(32, "little"))
    assert is_strict_point(LOG.verifier_key.public_key)
    assert not is_strict_point(LOG.verifier_key.public_key[:31])


def test_a_signature_under_a_weak_key_is_refused_though_the_equation_holds() -> None:
    # S = 0, R = the neutral point, A of small order: S·B = R + k·A for every k the order divides
    neutral = encoded((0, 1))
    for key in small_order_points():
        assert not is_ed25519_signature(
            public_key=key, message=b"anything", signature=neutral + bytes(32)
        )


def test_a_signature_whose_r_is_of_small_order_is_refused_though_the_equation_holds() -> None:
    # R = the neutral point and S = k·a, which only the holder of the key can make: S·B = R + k·A.
    # The library takes it; others do not, so one member could sign what another refuses.
    hashed = hashlib.sha512(LOG.seed).digest()
    secret = (int.from_bytes(hashed[:32], "little") & ((1 << 254) - 8)) | (1 << 254)
    key, r = LOG.verifier_key.public_key, encoded((0, 1))
    k = int.from_bytes(hashlib.sha512(r + key + b"message").digest(), "little")
    signature = r + (k * secret % ORDER).to_bytes(32, "little")
    Ed25519PublicKey.from_public_bytes(key).verify(signature, b"message")
    assert not is_ed25519_signature(public_key=key, message=b"message", signature=signature)


def test_s_not_below_the_order_is_refused() -> None:
    signature = LOG.sign(b"message")
    s = int.from_bytes(signature[32:], "little")
    checks = [
        is_ed25519_signature(
            public_key=LOG.verifier_key.public_key,
            message=b"message",
            signature=signature[:32] + (s + n * ORDER).to_bytes(32, "little"),
        )
        for n in range(8)
    ]
    assert checks == [True, *[False] * 7]


def test_a_key_not_on_the_curve_is_refused_by_the_library() -> None:
    off_curve = next(y for y in range(2, 100) if recovered(y) is None)
    key = off_curve.to_bytes(32, "little")
    assert is_strict_point(key)
    assert not is_ed25519_signature(public_key=key, message=b"", signature=LOG.sign(b""))


@given(st.binary(max_size=40), st.integers(0, 511))
def test_a_bit_changed_in_a_signature_is_refused(message: bytes, bit: int) -> None:
    signature = bytearray(LOG.sign(message))
    key = LOG.verifier_key.public_key
    assert is_ed25519_signature(public_key=key, message=message, signature=bytes(signature))
    signature[bit // 8] ^= 1 << bit % 8
    assert not is_ed25519_signature(public_key=key, message=message, signature=bytes(signature))


def test_a_verifier_key_is_read_as_it_is_written() -> None:
    for kind in SignatureType:
        made = new_signing_key(name="w.example/1", seed=bytes([3]) * 32, signature_type=kind)
        assert parse_verifier_key(made.verifier_key.vkey) == made.verifier_key
        assert parse_signing_key(made.skey) == made
        assert "AwMDAw" not in repr(made)


SECRET = new_signing_key(name="example.com/log", seed=bytes([0xDB]) * 32)


@pytest.mark.parametrize("text", [VKEY, SECRET.skey])
def test_no_part_of_a_key_and_no_changed_key_is_a_key(text: str) -> None:
    parse = parse_signing_key if text.startswith("PRIVATE") else parse_verifier_key
    parts = {text[i:j] for i in range(len(text)) for j in range(i + 1, len(text) + 1)} - {text}
    changed = {text[:i] + chr(ord(text[i]) + 1) + text[i + 1 :] for i in range(len(text))}
    for one in parts | changed:
        with pytest.raises(KeyRefused) as refused:
            parse(one)
        assert "29vb" not in str(refused.value)  # the secret's base64


def test_a_private_key_given_as_a_public_one_is_not_repeated() -> None:
    with pytest.raises(KeyRefused) as refused:
        parse_verifier_key(SECRET.skey)
    assert "29vb" in SECRET.skey
    assert "29vb" not in str(refused.value)


def vkey(name: str, material: bytes) -> str:
    return f"{name}+{key_id(name, material)}+{base64_text(material)}"


def test_keys_that_must_not_be_relied_on() -> None:
    proper = LOG.verifier_key.public_key
    weak = [*small_order_points(), *second_spellings()]
    refused = [vkey("x", b"\x01" + one) for one in weak]
    refused += [vkey("x", b"\x04" + one) for one in weak[:8]]
    refused += [vkey("x", bytes([kind]) + proper) for kind in (0, 2, 3, 5, 6, 0xFF)]
    refused += [vkey("x", b"\x01" + proper + b"\0"), vkey("x", b"\x01" + proper[:-1])]
    refused += [vkey("x", b"\x01"), "x+00000000+", vkey("a b", b"\x01" + proper)]
    for one in refused:
        with pytest.raises(KeyRefused):
            parse_verifier_key(one)
    assert parse_verifier_key(vkey("x", b"\x01" + proper)).public_key == proper


def test_a_name_and_a_seed_that_cannot_be() -> None:
    for name in ("", "a b", "a+b", "a\u3000b", "a\nb", "\ud800"):
        with pytest.raises(KeyRefused):
            new_signing_key(name=name, seed=bytes(32))
    with pytest.raises(KeyRefused, match="32 random bytes"):
        new_signing_key(name="a", seed=bytes(31))


def test_without_ml_dsa_the_refusal_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ml_dsa, "HAS_ML_DSA", False)
    kind = SignatureType.ML_DSA_44_COSIGNATURE
    with pytest.raises(AlgorithmMissing, match="Install a newer one"):
        new_signing_key(name="a", seed=bytes(32), signature_type=kind)
