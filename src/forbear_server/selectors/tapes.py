"""The kept tape of an import, as it was read."""

from __future__ import annotations

from forbear.intake.reading import RawTable
from forbear_server.selectors.actors import Actor
from forbear_server.store.tape_files import kept_tape


def find_tape(actor: Actor, sha256: str) -> RawTable:
    return kept_tape(actor.lender_id, sha256)
