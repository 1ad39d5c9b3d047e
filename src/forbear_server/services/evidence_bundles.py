"""Everything about one person as one file with proofs, for the person, a court or a regulator."""

from __future__ import annotations

from datetime import datetime

from forbear.evidence.bundles import BundledEntry, make_bundle
from forbear.primitives.errors import RequestRefused
from forbear_server.selectors.actors import Actor
from forbear_server.selectors.evidence import entries_about_borrower, opened_fields
from forbear_server.selectors.log_proofs import log_proof
from forbear_server.services.evidence_access import record_evidence_exported
from forbear_server.services.log_sequencing import wait_until_sealed
from forbear_server.store.log_files import verifier_key
from forbear_server.store.models import Borrower

# Names of staff and where they sat are theirs: a bundle about a borrower leaves them closed.
NOT_THE_BORROWERS = frozenset({"actor", "address"})


class NothingToBundle(RequestRefused):
    """No entry is about this person, or they are unknown, or were erased."""

    code = "nothing_to_bundle"


def bundle_person(
    *, actor: Actor, borrower_ref: str, now: datetime, sealed_at: datetime
) -> tuple[bytes, int]:
    """The ZIP file and how many entries it holds; handing it out is recorded.

    Raises `NothingToBundle`; `NotSealedYet` when the newest entries wait for their place.
    """
    lines = entries_about_borrower(actor, borrower_ref)
    if not lines or not Borrower.objects.filter(ref=borrower_ref).exists():
        raise NothingToBundle(
            f"No evidence is kept under the borrower {borrower_ref}: the id is wrong, nothing was "
            "recorded yet, or the person was erased."
        )
    wait_until_sealed({line.entry_id for line in lines}, now=sealed_at)
    entries = []
    for line in lines:
        proof = log_proof(line.entry_id)
        shown = {
            name: opening
            for name, opening in opened_fields(actor, line).items()
            if name not in NOT_THE_BORROWERS
        }
        entries.append(BundledEntry(proof.canonical, proof.text, shown))
    made = make_bundle(entries, verifier_keys=[verifier_key()], person=borrower_ref, now=now)
    record_evidence_exported(
        actor=actor, entries={"entry": lines[-1].entry_id.hex}, now=now, person=borrower_ref
    )
    return made, len(entries)
