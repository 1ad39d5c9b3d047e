"""The sound of a call: two files of the agent, one a direction, become one with two sides.

The left side is what was said to the borrower, the right what the borrower said. The agent writes
a file's lengths when the call ends; one that was killed leaves them empty, and what it had
written is read nevertheless.
"""

import array
import math
import os
import sys
import wave
from pathlib import Path

RATE = 8000
_HEAD = 44
_LONGEST_SECONDS = 4 * 3600


def joined(left: Path, right: Path, into: Path) -> int:
    """Write both as one file; the milliseconds it lasts. Nothing stands under its name half-written."""
    sides = [_samples(left), _samples(right)]
    length = max(len(side) for side in sides)
    both = array.array("h", bytes(4 * length))
    both[0 : 2 * len(sides[0]) : 2] = sides[0]
    both[1 : 2 * len(sides[1]) : 2] = sides[1]
    if sys.byteorder == "big":
        both.byteswap()
    draft = into.with_name(f".{into.name}")
    with draft.open("wb") as file:
        with wave.open(file, "wb") as sound:
            sound.setnchannels(2)
            sound.setsampwidth(2)
            sound.setframerate(RATE)
            sound.writeframes(both.tobytes())
        file.flush()
        os.fsync(file.fileno())
    draft.chmod(0o600)
    draft.replace(into)
    return length * 1000 // RATE


def duration_seconds(sound: Path) -> float:
    with wave.open(str(sound), "rb") as opened:
        return opened.getnframes() / opened.getframerate()


def write_padded(told: Path, into: Path, *, silence_seconds: int) -> float:
    """The same sound with silence behind it: an agent that reaches a file's end ends the call.

    Returns the seconds of the sound itself. Raises `ValueError`: not one side of 8000 a second.
    """
    with wave.open(str(told), "rb") as opened:
        form = (opened.getnchannels(), opened.getsampwidth(), opened.getframerate())
        if form != (1, 2, RATE):
            raise ValueError(f"{told.name} must be mono, 16 bits, {RATE} Hz")
        frames = opened.readframes(opened.getnframes())
    _write_mono(into, frames + bytes(2 * RATE * silence_seconds))
    return len(frames) / 2 / RATE


def write_warning(into: Path, *, silence_seconds: int) -> float:
    """Two short soft tones; the seconds they last."""
    tone = [
        int(6000 * math.sin(2 * math.pi * 660 * n / RATE) * math.sin(math.pi * n / 2400))
        for n in range(2400)
    ]
    told = array.array("h", [*tone, *([0] * 1200), *tone])
    if sys.byteorder == "big":
        told.byteswap()
    _write_mono(into, told.tobytes() + bytes(2 * RATE * silence_seconds))
    return len(told) / RATE


def _write_mono(into: Path, frames: bytes) -> None:
    with wave.open(str(into), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(RATE)
        sound.writeframes(frames)


def _samples(path: Path) -> "array.array[int]":
    """The samples of a mono file of 16 bits, whatever its head says of their number."""
    octets = path.read_bytes()[_HEAD:] if path.exists() else b""
    octets = octets[: min(len(octets) // 2, _LONGEST_SECONDS * RATE) * 2]
    held = array.array("h", octets)
    if sys.byteorder == "big":
        held.byteswap()
    return held
