"""Checkpoints: what a log says of itself in three lines, its name, its size and its root.

C2SP tlog-checkpoint. A checkpoint is the text of a signed note; `notes` says who signed it.
"""

from dataclasses import dataclass

from forbear.evidence.errors import CheckpointMalformed
from forbear.evidence.texts import base64_text, control_character, exact_base64, exact_decimal

_ROOT_SIZE = 32
_FORM = "A checkpoint has a line for origin, size and base64 root each, and ends in a newline."


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The head of a log; `extensions` are opaque lines a log may add."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        lines = (self.origin, *self.extensions)
        if any(not one or "\n" in one or control_character(one) for one in lines):
            raise CheckpointMalformed(
                f"Origin and extension lines are not empty and hold no control character. {_FORM}"
            )
        if type(self.size) is not int or not 0 <= self.size < 2**64:
            raise CheckpointMalformed(f"{self.size!r} is not the size of a tree. {_FORM}")
        if not isinstance(self.root, bytes) or len(self.root) != _ROOT_SIZE:
            raise CheckpointMalformed(f"A root has {_ROOT_SIZE} bytes. {_FORM}")

    @classmethod
    def parse(cls, text: str) -> "Checkpoint":
        """The checkpoint a signed text spells; each value has one spelling, others are refused.

        >>> Checkpoint.parse("example.com/log\\n0\\n" + base64_text(bytes(32)) + "\\n").size
        0
        """
        lines = text.split("\n")
        if lines.pop() != "" or len(lines) < 3 or "" in lines:
            raise CheckpointMalformed(
                f"The text has {len(lines)} lines of which none may be empty or unended. {_FORM} "
                "Take the signatures off with open_note first."
            )
        size = exact_decimal(lines[1])
        if size is None:
            raise CheckpointMalformed(
                f"The size {lines[1][:40]!r} is not a whole number without leading zeroes. {_FORM}"
            )
        root = exact_base64(lines[2])
        if root is None or len(root) != _ROOT_SIZE:
            raise CheckpointMalformed(
                f"The root {lines[2][:60]!r} is not the base64 of {_ROOT_SIZE} bytes. {_FORM}"
            )
        return cls(lines[0], size, root, tuple(lines[3:]))

    @property
    def text(self) -> str:
        """The signed text: `Checkpoint.parse(one.text) == one`."""
        head = (self.origin, str(self.size), base64_text(self.root), *self.extensions)
        return "".join(f"{line}\n" for line in head)
