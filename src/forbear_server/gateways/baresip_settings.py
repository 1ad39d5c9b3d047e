"""How a telephone system of SIP agents is written down, and the files each agent is started with.

An agent is one baresip process with two accounts: one calls the collector's phone, one the
borrower's; an audio bridge inside the process joins the two, and module sndfile writes down what
goes to and comes from each. One agent carries one call at a time.
"""

import re
from dataclasses import dataclass
from pathlib import Path

from forbear_server.gateways.secrets_apart import secret

MODULES = ("stdio", "g711", "aufile", "aubridge", "sndfile")
APPLICATIONS = ("menu", "ctrl_tcp", "debug_cmd")
_NUMBER = re.compile(r"\+?[0-9]{3,20}")
_LINE = re.compile(r"[A-Za-z0-9._-]{1,64}")
_SIP = re.compile(r"sips?:[^\s;<>\"',]{1,200}")
_PLAIN = re.compile(r"[^\s;<>\"',]{1,100}")


@dataclass(frozen=True, slots=True)
class BaresipSettings:
    """A telephone system; every address is a template, and numbers stand nowhere else."""

    sender: str
    listen: str
    folder: Path
    borrower_address: str
    collector_address: str
    caller: str
    modules: Path
    program: str = "baresip"
    lines: int = 4
    sip_port: int = 15060
    control_port: int = 14440
    audio_port: int = 16000
    interface: str = ""
    ring_seconds: float = 45.0
    collector_ring_seconds: float = 20.0
    least_free_mb: int = 500
    announcements: Path | None = None
    account: str = ""
    outbound: str = ""
    account_password: str = secret("")

    def __post_init__(self) -> None:
        for template, word in (("borrower_address", "{number}"), ("collector_address", "{line}")):
            value = getattr(self, template)
            if value.count(word) != 1 or not _SIP.fullmatch(value.replace(word, "1")):
                raise ValueError(f"{template} is a SIP address with {word} in it")
        if not _LINE.fullmatch(self.caller.removeprefix("+")):
            raise ValueError("caller is the number the borrower sees")
        if not 1 <= self.lines <= 100:
            raise ValueError("lines is 1 to 100")
        for port, each in ((self.sip_port, 1), (self.control_port, 1), (self.audio_port, 20)):
            if not 1024 <= port <= 65535 - each * self.lines:
                raise ValueError("ports lie between 1024 and 65535, with room for every line")
        if not 1 <= self.ring_seconds <= 120 or not 1 <= self.collector_ring_seconds <= 120:
            raise ValueError("ring_seconds and collector_ring_seconds are 1 to 120")
        for name in ("listen", "account", "outbound", "account_password", "interface"):
            value = getattr(self, name)
            if value and not _PLAIN.fullmatch(value):
                raise ValueError(f"{name} holds a blank, a quote or one of ; < > ,")

    def borrower_at(self, number: str) -> str | None:
        """The borrower's SIP address; None for what is no number."""
        plain = re.sub(r"[ -]", "", number)
        if not _NUMBER.fullmatch(plain):
            return None
        return self.borrower_address.replace("{number}", plain)

    def collector_at(self, line: str) -> str | None:
        """The SIP address of a collector's phone; None for what is no line."""
        return (
            self.collector_address.replace("{line}", line)
            if _LINE.fullmatch(line) and not line.startswith(".")
            else None
        )


@dataclass(frozen=True, slots=True)
class AgentFiles:
    """Folder and ports of one agent."""

    settings: BaresipSettings
    number: int

    @property
    def folder(self) -> Path:
        return self.settings.folder / f"line-{self.number}"

    @property
    def control_port(self) -> int:
        return self.settings.control_port + self.number

    def account(self, leg: str) -> str:
        """The address of the account that calls the collector ("desk") or the borrower ("far")."""
        name = self.settings.caller if leg == "far" else f"desk-{self.number}"
        return f"sip:{name}@{self.settings.listen}:{self.settings.sip_port + self.number}"

    def write(self) -> None:
        """The agent's two files; its folder is nobody else's, the password is in it."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.folder.chmod(0o700)
        (self.folder / "config").write_text(self._config(), encoding="utf-8")
        accounts = self.folder / "accounts"
        accounts.touch(mode=0o600)
        accounts.write_text(
            self._account("desk", source="to-desk", player="to-far")
            + self._account("far", source="to-far", player="to-desk"),
            encoding="utf-8",
        )
        (self.folder / "contacts").touch()

    def _account(self, leg: str, *, source: str, player: str) -> str:
        asked = self.settings
        told = (
            f"<{self.account(leg)}>;regint=0;answermode=manual;audio_codecs=pcma,pcmu"
            f";audio_source=aubridge,{source};audio_player=aubridge,{player}"
        )
        if asked.account:
            told += f";auth_user={asked.account};auth_pass={asked.account_password}"
        if asked.outbound:
            told += f';outbound="sip:{asked.outbound.removeprefix("sip:")}"'
        return told + "\n"

    def _config(self) -> str:
        asked, first = self.settings, self.settings.audio_port + 20 * self.number
        lines = [
            f"sip_listen {asked.listen}:{asked.sip_port + self.number}",
            f"module_path {asked.modules}",
            *(f"module {name}.so" for name in MODULES),
            "module_tmp uuid.so",
            "module_tmp account.so",
            *(f"module_app {name}.so" for name in APPLICATIONS),
            f"ctrl_tcp_listen 127.0.0.1:{self.control_port}",
            f"snd_path {self.folder}",
            f"rtp_ports {first}-{first + 19}",
            "audio_source aubridge,none",
            "audio_player aubridge,none",
            "audio_alert aubridge,none",
            "audio_channels 1",
            "ausrc_srate 8000",
            "auplay_srate 8000",
            "ringback_disabled yes",
            "call_max_calls 4",
        ]
        if asked.interface:
            lines.append(f"net_interface {asked.interface}")
        return "\n".join(lines) + "\n"
