"""Proof files: one entry's place in a log, checked offline."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.log_files import made_entries
from evidence.one_file import VERIFIERS, Verifier
from evidence.sample_logs import LOG, LOOKED_AT, ORIGIN, VKEY, proof_of, witness
from forbear.evidence.errors import NoteUnsigned, ProofError, ProofMalformed, RootMismatch
from forbear.evidence.keys import SignatureType, new_signing_key
from forbear.evidence.notes import add_signatures
from forbear.evidence.policies import Policy
from forbear.evidence.tlog_proofs import TlogProof, verify_tlog_proof

ENTRIES = made_entries(300)
W = witness("w.example", 1)
POST_QUANTUM_LOG = new_signing_key(
    name=ORIGIN, seed=bytes([5]) * 32, signature_type=SignatureType.ML_DSA_44_COSIGNATURE
)
each_verifier = pytest.mark.parametrize("verifier", VERIFIERS, ids=lambda one: one.name)


@each_verifier
def test_the_file_proves_its_entry(verifier: Verifier) -> None:
    for index in (0, 1, 137, 255, 256, 299):
        proven = verifier.verify_tlog_proof(proof_of(ENTRIES, index).text, verifier_keys=[VKEY])
        assert (proven.entry, proven.index) == (ENTRIES[index], index)
        assert proven.checkpoint.size == 300
        assert [one.name for one in proven.signers] == [ORIGIN]


def test_the_file_reads_as_the_specification_shows() -> None:
    proof = proof_of(ENTRIES[:2], 1)
    lines = proof.text.split("\n")
    assert lines[0] == "c2sp.org/tlog-proof@v1"
    assert [line.split(" ")[0] for line in lines[1:3]] == ["extra", "index"]
    assert (lines[4], lines[5], lines[6]) == ("", ORIGIN, "2")
    assert TlogProof.parse(proof.text) == proof


def test_the_only_entry_of_a_log_has_no_path() -> None:
    text = proof_of(ENTRIES[:1], 0).text
    assert verify_tlog_proof(text, verifier_keys=[VKEY]).entry == ENTRIES[0]


def test_the_entry_may_come_from_elsewhere_and_then_the_extra_counts_for_nothing() -> None:
    proof = proof_of(ENTRIES, 7)
    bare = TlogProof(proof.index, proof.hashes, proof.checkpoint)
    assert verify_tlog_proof(bare.text, verifier_keys=[VKEY], entry=ENTRIES[7]).index == 7
    other = TlogProof(proof.index, proof.hashes, proof.checkpoint, extra=b"a story")
    assert verify_tlog_proof(other.text, verifier_keys=[VKEY], entry=ENTRIES[7]).index == 7
    with pytest.raises(RootMismatch):
        verify_tlog_proof(other.text, verifier_keys=[VKEY])
    with pytest.raises(ProofMalformed, match="does not carry the entry"):
        verify_tlog_proof(bare.text, verifier_keys=[VKEY])


def test_a_log_may_sign_by_the_post_quantum_kind() -> None:
    text = proof_of(ENTRIES, 3, POST_QUANTUM_LOG).text
    keys = [POST_QUANTUM_LOG.verifier_key.vkey]
    proven = verify_tlog_proof(text, verifier_keys=keys)
    assert proven.signers[0].signed_at == LOOKED_AT


def test_a_policy_asks_for_its_witnesses() -> None:
    policy = Policy.parse(f"log {VKEY}\nwitness w {W.verifier_key.vkey}\nquorum w\n")
    proof = proof_of(ENTRIES, 3)
    with pytest.raises(ProofError, match="quorum 'w'"):
        verify_tlog_proof(proof.text, policy=policy)
    note = add_signatures(proof.checkpoint, [W], signed_at=LOOKED_AT)
    witnessed = TlogProof(proof.index, proof.hashes, note, proof.extra)
    assert verify_tlog_proof(witnessed.text, policy=policy).index == 3


def test_another_logs_checkpoint_does_not_do() -> None:
    with pytest.raises(NoteUnsigned):
        verify_tlog_proof(proof_of(ENTRIES, 3).text, verifier_keys=[W.verifier_key.vkey])
    elsewhere = new_signing_key(name="example.com/elsewhere", seed=bytes(32))
    text = proof_of(ENTRIES, 3, elsewhere).text
    with pytest.raises(NoteUnsigned):
        verify_tlog_proof(text, verifier_keys=[elsewhere.verifier_key.vkey])


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("c2sp.org/tlog-proof@v1", "c2sp.org/tlog-proof@v2"), ("c2sp.org", " c2sp.org"),
        ("extra ", "extra  "), ("extra ", "Extra "), ("index 7", "index 07"), ("index 7", "index"),
        ("index 7", "index -7"), ("index 7", "index 8"), ("index 7\n", "index 7\n\n"),
        ("index 7", "index 300"), ("index 7", "index 18446744073709551616"), ("\n", "\r\n"),
        ("index 7\n", "index 7\nextra AA==\n"), ("\n\n", "\nAAAA\n\n"), ("\n\n", "\n"),
        ("\n\n", "\n" + "A" * 43 + "=\n\n"), ("\n\n", "\n" + ("A" * 43 + "=\n") * 65 + "\n"),
    ],
)  # fmt: skip
def test_another_spelling_is_refused(old: str, new: str) -> None:
    text = proof_of(ENTRIES, 7).text
    with pytest.raises(ProofError):
        verify_tlog_proof(text.replace(old, new, 1), verifier_keys=[VKEY])


def test_a_path_longer_than_any_is_refused_as_it_is_read() -> None:
    proof = proof_of(ENTRIES, 7)
    for count, is_read in ((64, True), (65, False)):
        text = TlogProof(7, (bytes(32),) * count, proof.checkpoint).text
        if is_read:
            assert len(TlogProof.parse(text).hashes) == 64
        else:
            with pytest.raises(ProofMalformed, match="65 hashes"):
                TlogProof.parse(text)


@given(st.integers(0, 299), st.integers(0, 100_000), st.integers(1, 255))
def test_no_byte_of_a_proof_file_may_change(index: int, position: int, change: int) -> None:
    data = bytearray(proof_of(ENTRIES, index, LOG).text.encode())
    data[position % len(data)] ^= change
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return
    with pytest.raises(ProofError):
        verify_tlog_proof(text, verifier_keys=[VKEY])
