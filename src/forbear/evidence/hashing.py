"""The two hashes of a log over many inputs at once: as fast as this machine honestly can.

`merkle` defines them one at a time; these give the same bytes. Four ways to compute them are known,
the fastest that this machine can run is taken (figures: docs/decisions/0010): sixteen or eight
messages side by side in vector registers, libcrypto's own functions called in a loop of C, or
hashlib. The first three want the small library that set-up compiles where it finds a compiler. Each
must give the known answers before it is used; one that does not is passed over.

The calls give up Python's lock while they hash, so that threads use several cores.
"""

import contextlib
import ctypes
import hashlib
import importlib.machinery
from array import array
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

DIGEST_SIZE = 32
_LEAF, _NODE = 0, 1  # the first byte of what is hashed: RFC 6962 section 2.1
_LIBRARY = "_sha256_batch"
_LIBCRYPTO = "libcrypto.so.3"
# how many bytes are laid end to end for one call: keeps memory flat, however long the entries
_BYTES_A_CALL = 1 << 24


@dataclass(frozen=True, slots=True)
class Hashing:
    """One way to compute the two hashes; `name` is what `implementation()` answers."""

    name: str
    leaf_hashes: Callable[[Sequence[bytes]], bytes]
    parent_hashes: Callable[[bytes], bytes]


def leaf_hashes(entries: Sequence[bytes]) -> bytes:
    """SHA-256(0x00 || entry) of each entry, end to end (RFC 6962 section 2.1).

    >>> leaf_hashes([b"", b"a"]).hex()[:16]
    '6e340b9cffb37a98'
    """
    return CHOSEN.leaf_hashes(entries)


def parent_hashes(hashes: bytes) -> bytes:
    """SHA-256(0x01 || left || right) of each pair of hashes, end to end.

    >>> len(parent_hashes(bytes(4 * 32)))
    64
    """
    return CHOSEN.parent_hashes(hashes)


def implementation() -> str:
    """Which way is in use: "lanes-16", "lanes-8", "libcrypto-loop" or "hashlib"."""
    return CHOSEN.name


def _checked(hashes: bytes) -> int:
    """How many pairs there are; a string that is not whole pairs is refused."""
    pairs, rest = divmod(len(hashes), 2 * DIGEST_SIZE)
    if rest:
        raise ValueError(
            f"{len(hashes)} bytes are no whole pairs of hashes of {DIGEST_SIZE} bytes: a hash is "
            "missing or cut. Give an even number of them."
        )
    return pairs


def _hashlib_leaf_hashes(entries: Sequence[bytes]) -> bytes:
    sha256 = hashlib.sha256
    return b"".join([sha256(b"\x00" + entry).digest() for entry in entries])


def _hashlib_parent_hashes(hashes: bytes) -> bytes:
    _checked(hashes)
    sha256, step = hashlib.sha256, 2 * DIGEST_SIZE
    pairs = [hashes[at : at + step] for at in range(0, len(hashes), step)]
    return b"".join([sha256(b"\x01" + pair).digest() for pair in pairs])


HASHLIB = Hashing("hashlib", _hashlib_leaf_hashes, _hashlib_parent_hashes)

# prefix, data, where the lengths lie (or none), the length of all (or 0), count, digests
_Call = Callable[[int, bytes, ctypes.c_void_p | None, int, int, "ctypes.Array[ctypes.c_char]"], int]
_ARGUMENTS = (
    ctypes.c_uint8, ctypes.c_char_p, ctypes.c_void_p, ctypes.c_uint64, ctypes.c_size_t,
    ctypes.c_char_p,
)  # fmt: skip


def _compiled(name: str, call: _Call) -> Hashing:
    """The two hashes by a function of the compiled library."""

    def digests(
        prefix: int, data: bytes, lengths: "array[int] | None", length: int, n: int
    ) -> bytes:
        made = ctypes.create_string_buffer(n * DIGEST_SIZE)
        at = None if lengths is None else ctypes.c_void_p(lengths.buffer_info()[0])
        if n and call(prefix, data, at, length, n, made) != 1:
            raise ArithmeticError(f"{name} failed to hash {n} inputs: the result is unusable.")
        return made.raw

    def leaves(entries: Sequence[bytes]) -> bytes:
        lengths = array("Q", map(len, entries))
        if sum(lengths) <= _BYTES_A_CALL or len(entries) == 1:
            return digests(_LEAF, b"".join(entries), lengths, 0, len(entries))
        half = len(entries) // 2
        return leaves(entries[:half]) + leaves(entries[half:])

    def parents(hashes: bytes) -> bytes:
        return digests(_NODE, hashes, None, 2 * DIGEST_SIZE, _checked(hashes))

    return Hashing(name, leaves, parents)


def _side_by_side(library: ctypes.CDLL, lanes: int) -> Hashing:
    function = library.forbear_hash_side_by_side
    function.argtypes = (ctypes.c_int, *_ARGUMENTS)
    function.restype = ctypes.c_int
    return _compiled(f"lanes-{lanes}", lambda *given: int(function(lanes, *given)))


def _by_libcrypto(library: ctypes.CDLL, libcrypto: ctypes.CDLL) -> Hashing:
    pieces = [
        ctypes.cast(getattr(libcrypto, f"SHA256_{step}"), ctypes.c_void_p)
        for step in ("Init", "Update", "Final")
    ]
    function = library.forbear_hash_one_by_one
    function.argtypes = (*[ctypes.c_void_p] * 3, *_ARGUMENTS)
    function.restype = ctypes.c_int
    return _compiled("libcrypto-loop", lambda *given: int(function(*pieces, *given)))


def _libraries(folder: Path) -> Iterator[ctypes.CDLL]:
    for suffix in importlib.machinery.EXTENSION_SUFFIXES:
        path = folder / f"{_LIBRARY}{suffix}"
        # one built for another machine, or by an older version of us, is passed over
        with contextlib.suppress(OSError, AttributeError):
            library = ctypes.CDLL(str(path))
            if library.forbear_widest_lanes() in (0, 8, 16):
                yield library


def _compiled_ways(library: ctypes.CDLL) -> Iterator[Hashing]:
    """The ways of the compiled library on this processor, fastest first.

    libcrypto goes before eight lanes where the processor has SHA instructions, which it uses.
    """
    widest = int(library.forbear_widest_lanes())
    has_sha = bool(library.forbear_has_sha_instructions())
    if widest >= 16:
        yield _side_by_side(library, 16)
    if widest >= 8 and not has_sha:
        yield _side_by_side(library, 8)
    # a Python that carries its own, or an older one, leaves this way out
    with contextlib.suppress(OSError, AttributeError):
        yield _by_libcrypto(library, ctypes.CDLL(_LIBCRYPTO))
    if widest >= 8 and has_sha:
        yield _side_by_side(library, 8)


def _gives_known_answers(way: Hashing) -> bool:
    """Whether a way agrees with hashlib where block, padding and lane boundaries lie."""
    entries = [bytes(range(n % 256)) + bytes(n - n % 256) for n in (*range(140), 183, 184, 500)]
    try:
        return (
            way.leaf_hashes(entries) == HASHLIB.leaf_hashes(entries)
            and way.parent_hashes(bytes(range(256)) * 9)
            == HASHLIB.parent_hashes(bytes(range(256)) * 9)
            and way.leaf_hashes([]) == way.parent_hashes(b"") == b""
        )
    except (ArithmeticError, ctypes.ArgumentError):
        return False


def available(folder: Path = Path(__file__).parent) -> tuple[Hashing, ...]:
    """Every way that works here, fastest first; hashlib is always the last."""
    compiled = (way for library in _libraries(folder) for way in _compiled_ways(library))
    return (*(way for way in compiled if _gives_known_answers(way)), HASHLIB)


CHOSEN = available()[0]
