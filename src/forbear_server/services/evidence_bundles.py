"""Everything about one person as one file with proofs, for the person, a court or a regulator."""

from __future__ import annotations

from datetime import datetime

from forbear.evidence.bundles import BundledEntry, make_bundle
from forbear.evidence.commitments import TOGETHER
from forbear.primitives.errors import RequestRefused
from forbear_server.selectors.actors import Actor
from forbear_server.selectors.evidence import entries_about_borrower, opened_fields
from forbear_server.selectors.log_proofs import log_proof
from forbear_server.services.evidence_access import ReasonMissing, record_evidence_exported
from forbear_server.services.log_sequencing import wait_until_sealed
from forbear_server.store.log_files import verifier_key

# Names of staff and where they sat are theirs: a bundle about a borrower leaves them closed.
# So does what was committed together, for they may be among it.
NOT_THE_BORROWERS = frozenset({"actor", "address", TOGETHER})


class NothingToBundle(RequestRefused):
    """No entry is about this person, or they are unknown, or were erased."""

    code = "nothing_to_bundle"


def bundle_person(
    *, actor: Actor, borrower_ref: str, reason: str, now: datetime, sealed_at: datetime
) -> tuple[bytes, int]:
    """The ZIP file and how many entries it holds; handing it out is recorded with its reason.

    Raises `ReasonMissing`, `NothingToBundle`; `NotSealedYet` when the newest entries wait for their place.
    """
    if len(reason.strip()) < 4:
        raise ReasonMissing("Say why the bundle is made, in a few words: it is recorded.")
    lines = entries_about_borrower(actor, borrower_ref)
    if not lines:
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
        actor=actor,
        entries={"entry": lines[-1].entry_id.hex},
        now=now,
        person=borrower_ref,
        reason=reason.strip(),
    )
    return made, len(entries)
