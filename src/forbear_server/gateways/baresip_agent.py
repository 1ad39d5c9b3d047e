"""One SIP agent as a process: started, watched, ended, and what it wrote down gathered.

The agent's own words go nowhere: they name the numbers it calls.
"""

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path
from uuid import UUID

from forbear_server.gateways.baresip_settings import AgentFiles
from forbear_server.gateways.call_audio import joined
from forbear_server.gateways.sip_control import ControlLink

_RESTART_AFTER = 1.0
_CALL_MARK = "call"
FINISHED = "finished"


class Agent:
    """The process of one line."""

    def __init__(self, files: AgentFiles) -> None:
        self.files = files
        self.link = ControlLink(files.control_port)
        self.is_sound = False  # its modules are loaded, as it says itself
        self._process: subprocess.Popen[bytes] | None = None
        self._started = -_RESTART_AFTER
        self._asked_at_opening = 0

    def start(self) -> None:
        """A fresh process; whatever an earlier one of ours left behind is ended first."""
        self._end_left_behind()
        self.files.write()
        command = [self.files.settings.program, "-4", "-f", str(self.files.folder)]
        if shutil.which("setpriv"):  # dies with us: no call goes on unwatched
            command = ["setpriv", "--pdeathsig", "KILL", "--", *command]
        self.is_sound = False
        self._started = time.monotonic()
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=self.files.folder,
        )
        (self.files.folder / "pid").write_text(str(self._process.pid), encoding="ascii")

    def is_alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def restart_when_due(self) -> None:
        """Again, but not more than once a second."""
        if not self.is_alive() and time.monotonic() - self._started >= _RESTART_AFTER:
            self.link.close()
            self.start()

    def ask_for_modules(self) -> None:
        """Once an opening of the link: what is loaded, and so whether calls would be recorded."""
        if self.link.is_up() and self._asked_at_opening != self.link.opened:
            self._asked_at_opening = self.link.opened
            self.link.say("modules")

    def at(self, leg: str, command: str, argument: str = "", *, mark: str = "") -> None:
        """A command to one of the two accounts."""
        self.link.say("uafind", self.files.account(leg))
        self.link.say(command, argument, mark=mark)

    def end(self) -> None:
        """The process and any call on it; it may say goodbye for a moment."""
        self.link.close()
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(timeout=0.5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdin is not None:
            self._process.stdin.close()
        (self.files.folder / "pid").unlink(missing_ok=True)

    # What it wrote down.

    def begin_writing(self, call_id: UUID) -> None:
        """From now on what lies here is of this call."""
        for old in self.dumps():
            old.unlink()
        (self.files.folder / _CALL_MARK).write_text(str(call_id), encoding="ascii")

    def dumps(self) -> list[Path]:
        return sorted(self.files.folder.glob("dump-*.wav"))

    def far_sides(self) -> tuple[Path, Path] | None:
        """What went to the borrower and what came from them: the younger pair of files."""
        pairs = sorted({dump.name.rpartition("-")[0] for dump in self.dumps()})
        if len(pairs) < 2:
            return None
        folder = self.files.folder
        return folder / f"{pairs[-1]}-enc.wav", folder / f"{pairs[-1]}-dec.wav"

    def gather(self) -> Path | None:
        """The call's two sides as one file among the finished, the agent's own files gone."""
        mark = self.files.folder / _CALL_MARK
        if not mark.exists():
            return None
        call_id, sides = mark.read_text(encoding="ascii"), self.far_sides()
        found = None
        if sides is not None and sides[0].exists():
            found = self.files.settings.folder / FINISHED / f"{UUID(call_id)}.wav"
            found.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            if not joined(*sides, found):
                found.unlink()
                found = None
        for dump in self.dumps():
            dump.unlink()
        mark.unlink()
        return found

    def _end_left_behind(self) -> None:
        """An agent of an earlier start, found by its own folder on its command line."""
        try:
            pid = int((self.files.folder / "pid").read_text(encoding="ascii"))
            told = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        except (OSError, ValueError):
            return
        if os.fsencode(self.files.folder) in told:
            os.kill(pid, signal.SIGKILL)
            for _ in range(50):
                if not Path(f"/proc/{pid}").exists():
                    break
                time.sleep(0.02)
