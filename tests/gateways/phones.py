"""Telephones on a network of the test's own: nothing rings outside, and no port is anybody else's."""

import ctypes
import os
import shutil
import subprocess
import time
import wave
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np

from forbear.compliance.permits import Permit
from forbear.contact.calls import CallEvent, CallOrder, LineEvent, VoiceKind, VoiceProvider
from forbear.contact.channels import Channel
from forbear_server.gateways.baresip_settings import BaresipSettings
from forbear_server.gateways.sip_control import ControlLink

HERE = "10.99.0.1"
NUMBER = "19900000231"
COLLECTOR = "wang.min"
NOW = datetime(2026, 11, 20, 2, 30, tzinfo=UTC)
CALL = UUID("0f8c0000-0000-4000-8000-000000000001")
_CLONE_NEWNET = 0x40000000


def why_no_phones() -> str:
    """Why calls cannot be tried here; empty when they can."""
    if os.geteuid() != 0:
        return "a network of our own needs root"
    missing = [name for name in ("baresip", "ip") if shutil.which(name) is None]
    return f"not installed: {', '.join(missing)} (scripts/peers.sh)" if missing else ""


def modules() -> Path:
    """Where this machine keeps baresip's modules."""
    listed = subprocess.run(
        ["dpkg", "-L", "baresip-core"], capture_output=True, text=True, check=False
    ).stdout.split()
    return next((Path(line).parent for line in listed if line.endswith("/ctrl_tcp.so")), Path("/"))


@contextmanager
def own_network() -> Iterator[None]:
    """This thread, and every process it starts, in a network with one interface of its own."""
    libc = ctypes.CDLL(None, use_errno=True)
    before = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
    try:
        if libc.unshare(_CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), "no network of our own")
        for line in (
            "link set lo up",
            "link add v0 type veth peer name v1",
            f"addr add {HERE}/24 dev v0",
            "link set v0 up",
            "link set v1 up",
        ):
            subprocess.run(["ip", *line.split()], check=True)
        yield
    finally:
        libc.setns(before, _CLONE_NEWNET)
        os.close(before)


@dataclass
class Phone:
    """A telephone that says one tone for as long as it is on the line."""

    folder: Path
    process: "subprocess.Popen[bytes]"
    link: ControlLink

    def answer(self) -> None:
        """Pick up; for a phone that does not by itself."""
        self.link.is_up()
        self.link.say("accept")

    def hang_up(self) -> None:
        self.link.is_up()
        self.link.say("hangup")

    def heard(self) -> float:
        """The tone it heard most of, in Hz."""
        return tone(next(self.folder.glob("dump-*-dec.wav")))


@contextmanager
def phone(
    folder: Path, name: str, hertz: int, port: int, *, answers: bool = True, seconds: int = 30
) -> Iterator[Phone]:
    """A phone with this name; it hangs up when it has nothing more to say, after `seconds`."""
    folder.mkdir()
    write_tone(folder / "tone.wav", hertz, seconds=seconds)
    _write_settings(folder, name, port, answer="auto" if answers else "manual")
    process = subprocess.Popen(
        ["baresip", "-4", "-f", str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    link = ControlLink(port + 1)
    until = time.monotonic() + 5
    while not link.is_up() and time.monotonic() < until:
        time.sleep(0.05)
    try:
        yield Phone(folder, process, link)
    finally:
        link.close()
        process.kill()
        process.wait()
        if process.stdin is not None:
            process.stdin.close()


def _write_settings(folder: Path, name: str, port: int, *, answer: str) -> None:
    (folder / "accounts").write_text(
        f"<sip:{name}@{HERE}:{port}>;regint=0;answermode={answer};audio_codecs=pcma\n"
    )
    (folder / "contacts").touch()
    (folder / "config").write_text(
        "\n".join(
            [
                f"sip_listen {HERE}:{port}",
                f"module_path {modules()}",
                *(f"module {one}.so" for one in ("g711", "aufile", "aubridge", "sndfile")),
                "module_tmp uuid.so",
                "module_tmp account.so",
                "module_app menu.so",
                "module_app ctrl_tcp.so",
                f"ctrl_tcp_listen 127.0.0.1:{port + 1}",
                f"snd_path {folder}",
                f"rtp_ports {port + 100}-{port + 119}",
                f"audio_source aufile,{folder}/tone.wav",
                "audio_player aubridge,nowhere",
                "audio_alert aubridge,nowhere",
                "audio_channels 1",
                "net_interface v0",
            ]
        )
        + "\n"
    )


def settings_in(folder: Path, **changes: Any) -> BaresipSettings:
    folder.mkdir(exist_ok=True)
    told: dict[str, Any] = {
        "sender": "calls",
        "listen": HERE,
        "interface": "v0",
        "folder": folder,
        "modules": modules(),
        "borrower_address": f"sip:{{number}}@{HERE}:20080",
        "collector_address": f"sip:{{line}}@{HERE}:20060",
        "caller": "02112345678",
        "lines": 1,
        "least_free_mb": 1,
    }
    return BaresipSettings(**{**told, **changes})


def order(call: UUID = CALL, **changes: Any) -> CallOrder:
    channel = changes.get("channel", Channel.VOICE_INTERACTIVE)
    permit = Permit(
        permit_id="permit-1",
        borrower_ref="B-1",
        loan_ref=None,
        channel=channel.value,
        address_ref=None,
        content_digest="",
        opens_at=NOW - timedelta(hours=2),
        closes_at=NOW + timedelta(hours=11),
        rulebooks="demo",
        facts_digest="0" * 64,
    )
    told: dict[str, Any] = {
        "call_id": call,
        "permit": permit,
        "channel": channel,
        "voice": VoiceKind.PERSON,
        "collector_line": COLLECTOR,
        "address": NUMBER,
        "window_closes_at": permit.closes_at,
    }
    return CallOrder(**{**told, **changes})


def wait_until(
    provider: VoiceProvider, kind: LineEvent, told: list[CallEvent], *, seconds: float = 8
) -> CallEvent:
    """Hear the provider until it tells this; everything it told is in `told`."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        told += provider.events()
        found = next((one for one in told if one.kind is kind), None)
        if found is not None:
            return found
        time.sleep(0.02)
    raise AssertionError(f"no {kind}; told were {[(one.kind.value, one.reason) for one in told]}")


def wait_ready(provider: VoiceProvider, *, seconds: float = 5) -> None:
    until = time.monotonic() + seconds
    while not provider.can_record():
        assert time.monotonic() < until, "no line can record"
        provider.events()
        time.sleep(0.02)


def go_on(provider: VoiceProvider, told: list[CallEvent], seconds: float) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        told += provider.events()
        time.sleep(0.02)


def tone(sound: Path, side: int = 0) -> float:
    """The strongest frequency of one side, in Hz."""
    return _strongest(_heard(sound)[:, side])


def tone_at_start(sound: Path) -> int:
    """The strongest frequency of the first half second, in Hz."""
    return round(_strongest(_heard(sound)[:4000, 0]))


def tone_at_end(sound: Path) -> int:
    """The strongest frequency of the last half second, in Hz."""
    return round(_strongest(_heard(sound)[-4000:, 0]))


def silences(sound: Path, side: int = 0) -> int:
    """How many stretches of half a second or more one side is silent for."""
    heard = _heard(sound)[:, side]
    tenths = [bool(np.abs(heard[at : at + 800]).max() < 100) for at in range(0, len(heard), 800)]
    return sum(1 for is_silent, run in groupby(tenths) if is_silent and len(list(run)) >= 5)


def strength(sound: Path, hertz: int) -> float:
    """How strong one frequency is beside the strongest, on the left side or the only one."""
    heard = _heard(sound)[:, 0]
    spectrum = np.abs(np.fft.rfft(heard))
    place = round(hertz * len(heard) / 8000)
    return float(spectrum[place - 5 : place + 6].max() / spectrum.max())


def write_tone(into: Path, hertz: int, *, seconds: int = 30) -> None:
    samples = (np.sin(2 * np.pi * hertz * np.arange(8000 * seconds) / 8000) * 8000).astype("<i2")
    with wave.open(str(into), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(samples.tobytes())


def _heard(sound: Path) -> "np.ndarray[Any, Any]":
    octets = sound.read_bytes()
    sides = int.from_bytes(octets[22:24], "little")
    return np.frombuffer(octets[44 : len(octets) // 4 * 4], "<i2").reshape(-1, sides)


def _strongest(heard: "np.ndarray[Any, Any]") -> float:
    """To a sixteenth of a hertz, however short the sound: a window, and noughts behind the samples."""
    finely = 16 * 8000
    spectrum = np.abs(np.fft.rfft(heard * np.hanning(len(heard)), n=max(finely, len(heard))))
    return float(np.argmax(spectrum) * 8000 / max(finely, len(heard)))
