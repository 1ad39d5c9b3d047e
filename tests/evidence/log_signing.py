"""A key and a name for logs in tests; nothing here is secret."""

from forbear.evidence.checkpoints import Checkpoint
from forbear.evidence.keys import new_signing_key
from forbear.evidence.notes import sign_note

ORIGIN = "forbear.example/log"
KEY = new_signing_key(name=ORIGIN, seed=bytes(range(32)))
OTHER_KEY = new_signing_key(name=ORIGIN, seed=bytes(32))
VERIFIER_KEYS = [KEY.verifier_key.vkey]


def signed(size: int, root: bytes) -> str:
    """The note of a checkpoint, signed by the log."""
    return sign_note(Checkpoint(ORIGIN, size, root).text, [KEY])
