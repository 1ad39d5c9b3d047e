"""Trust policies: which logs are believed, and which witnesses must have cosigned.

C2SP tlog-policy. A line each for logs, witnesses and groups, and one quorum:

    log <vkey> [<url>]
    witness <name> <vkey> [<url>]
    group <name> all|any|<k> <name>...
    quorum <name>|none

The file is octets: names are compared byte for byte, whatever they look like.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from forbear.evidence.checkpoints import Checkpoint
from forbear.evidence.errors import KeyRefused, NoteUnsigned, PolicyFaulty, QuorumMissing
from forbear.evidence.keys import SignatureType, VerifierKey, parse_verifier_key
from forbear.evidence.notes import SignedCheckpoint, open_note
from forbear.evidence.texts import exact_decimal

NO_QUORUM = "none"
_LOG_TYPES = {SignatureType.ED25519, SignatureType.ML_DSA_44_COSIGNATURE}
_WITNESS_TYPES = {SignatureType.ED25519_COSIGNATURE, SignatureType.ML_DSA_44_COSIGNATURE}
_FORBIDDEN = re.compile(rb"[^\t\n\x20-\x7e\x80-\xff]")
_SPACES = re.compile(r"[ \t]+")


@dataclass(frozen=True, slots=True)
class Witness:
    """A witness under the name it has in this policy only."""

    name: str
    key: VerifierKey


@dataclass(frozen=True, slots=True)
class WitnessGroup:
    """Members of which at least `threshold` must have witnessed."""

    name: str
    threshold: int
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Policy:
    """Logs, witnesses and the quorum that makes a checkpoint valid."""

    logs: tuple[VerifierKey, ...]
    witnesses: tuple[Witness, ...]
    groups: tuple[WitnessGroup, ...]
    quorum: str

    @classmethod
    def parse(cls, text: str | bytes) -> "Policy":
        """The policy a file spells; a fault is refused with its line.

        >>> Policy.parse("quorum none\\n").quorum
        'none'
        """
        data = text.encode("utf-8", "surrogateescape") if isinstance(text, str) else text
        reader = _PolicyReader()
        number = 0
        for number, line in enumerate(data.split(b"\n"), 1):
            found = _FORBIDDEN.search(line)
            if found:
                raise PolicyFaulty(number, f"the octet 0x{found[0][0]:02x} is not allowed.")
            words = _SPACES.split(line.decode("utf-8", "surrogateescape").strip(" \t"))
            if words[0] and not words[0].startswith("#"):
                reader.take(number, words)
        if reader.quorum is None:
            raise PolicyFaulty(number, "no quorum line; `quorum none` asks for no witness.")
        return cls(tuple(reader.logs), tuple(reader.witnesses), tuple(reader.groups), reader.quorum)

    def is_quorum(self, cosigners: Iterable[VerifierKey]) -> bool:
        """Whether cosignatures under these keys are enough."""
        keys = set(cosigners)
        witnessed = {one.name for one in self.witnesses if one.key in keys}
        for group in self.groups:  # members stand above their group
            if len(witnessed.intersection(group.members)) >= group.threshold:
                witnessed.add(group.name)
        return self.quorum == NO_QUORUM or self.quorum in witnessed

    def open_checkpoint(
        self, note: str, log_keys: Iterable[str] = (), *, origin: str | None = None
    ) -> SignedCheckpoint:
        """The checkpoint of a note that a log of this policy (or of `log_keys`) signed, witnessed.

        A log's key speaks for the origin that is its name, unless `origin` says otherwise.
        """
        logs = {*self.logs, *(parse_verifier_key(one) for one in log_keys)}
        known = {*logs, *(one.key for one in self.witnesses)}
        opened = open_note(note, sorted(key.vkey for key in known))
        checkpoint = Checkpoint.parse(opened.text)
        signed = {parse_verifier_key(one.vkey) for one in opened.signers}
        if checkpoint.origin != (origin or checkpoint.origin) or not any(
            key in signed and (origin is not None or key.name == checkpoint.origin) for key in logs
        ):
            raise NoteUnsigned(
                f"The checkpoint of {checkpoint.origin!r} is not signed by a log of this policy. "
                "Give a policy that names this log, or the log's own verifier key."
            )
        if not self.is_quorum(signed):
            named = (
                ", ".join(repr(one.name) for one in self.witnesses if one.key in signed) or "none"
            )
            raise QuorumMissing(
                f"The policy asks for the quorum {self.quorum!r}; of its witnesses there cosigned: "
                f"{named}. Fetch the checkpoint again when more have, or ask why they did not."
            )
        return SignedCheckpoint(checkpoint, opened.signers)


class _PolicyReader:
    """What was read of a policy so far."""

    def __init__(self) -> None:
        self.logs: list[VerifierKey] = []
        self.witnesses: list[Witness] = []
        self.groups: list[WitnessGroup] = []
        self.quorum: str | None = None
        self._names: set[str] = set()
        self._members: set[str] = set()

    def take(self, number: int, words: list[str]) -> None:
        match words:
            case ["log", vkey] | ["log", vkey, _]:
                self._log(number, vkey)
            case ["witness", name, vkey] | ["witness", name, vkey, _]:
                self._witness(number, name, vkey)
            case ["group", name, threshold, *members] if members:
                self._group(number, name, threshold, tuple(members))
            case ["quorum", name]:
                self._quorum(number, name)
            case _:
                raise PolicyFaulty(
                    number,
                    f"{' '.join(words)[:60]!r} is none of: log <vkey> [<url>]; witness <name> "
                    "<vkey> [<url>]; group <name> all|any|<k> <name>...; quorum <name>.",
                )

    def _log(self, number: int, vkey: str) -> None:
        key = _policy_key(number, vkey, _LOG_TYPES, "log")
        if any(one.public_key == key.public_key for one in self.logs):
            raise PolicyFaulty(number, f"the key of log {key.name!r} was listed before.")
        self.logs.append(key)

    def _witness(self, number: int, name: str, vkey: str) -> None:
        key = _policy_key(number, vkey, _WITNESS_TYPES, "witness")
        if any(one.key.public_key == key.public_key for one in self.witnesses):
            raise PolicyFaulty(
                number, f"the key of witness {name!r} was listed before; it would count twice."
            )
        self._define(number, name)
        self.witnesses.append(Witness(name, key))

    def _group(self, number: int, name: str, stated: str, members: tuple[str, ...]) -> None:
        for member in members:
            if member not in self._names:
                raise PolicyFaulty(number, f"{member!r} is not defined on a line above.")
            if member in self._members:
                raise PolicyFaulty(number, f"{member!r} is already a member of a group.")
            self._members.add(member)
        count = {"any": 1, "all": len(members)}.get(stated) or exact_decimal(stated)
        if count is None or not 1 <= count <= len(members):
            raise PolicyFaulty(
                number,
                f"{stated!r} of {len(members)} members: write all, any, or a number of them.",
            )
        self._define(number, name)
        self.groups.append(WitnessGroup(name, count, members))

    def _quorum(self, number: int, name: str) -> None:
        if self.quorum is not None:
            raise PolicyFaulty(number, "a second quorum line; there is exactly one.")
        if name != NO_QUORUM and name not in self._names:
            raise PolicyFaulty(number, f"{name!r} is not defined on a line above.")
        self.quorum = name

    def _define(self, number: int, name: str) -> None:
        if name == NO_QUORUM or name in self._names:
            raise PolicyFaulty(number, f"the name {name!r} is taken.")
        self._names.add(name)


def _policy_key(number: int, vkey: str, allowed: set[SignatureType], role: str) -> VerifierKey:
    try:
        key = parse_verifier_key(vkey)
    except KeyRefused as refused:
        raise PolicyFaulty(number, str(refused)) from None
    if key.signature_type not in allowed:
        kinds = ", ".join(f"0x{one:02x}" for one in sorted(allowed))
        raise PolicyFaulty(
            number,
            f"the key of {role} {key.name!r} is of type 0x{key.signature_type:02x}; a {role} "
            f"signs with one of {kinds}.",
        )
    return key
