"""Vectors nobody of this project wrote, through our modules and through the exported one file."""

import json
import re
from base64 import b64decode
from pathlib import Path
from typing import Any

import pytest
import rfc8785

from evidence.one_file import VERIFIERS, Verifier
from forbear.evidence.checkpoints import Checkpoint
from forbear.evidence.entries import EntryFaulty, canonical
from forbear.evidence.keys import SignatureType, VerifierKey, key_id
from forbear.evidence.merkle import leaf_hash, root_hash

VECTORS = Path(__file__).resolve().parents[3] / "shared" / "vectors"
TESSERA_KEY = "example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx"
pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not VECTORS.exists(), reason="../shared/vectors is not here"),
]
each_verifier = pytest.mark.parametrize("verifier", VERIFIERS, ids=lambda one: one.name)


def read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def holds(check: Any, **given: Any) -> bool:
    try:
        check(**given)
    except ValueError:
        return False
    return True


def raw(text: str | None) -> bytes:
    return b64decode(text or "")


@each_verifier
def test_merkle_proofs_103_of_103(verifier: Verifier) -> None:
    folder = VECTORS / "transparency-dev-merkle"
    agreed = []
    for path in sorted((folder / "inclusion").rglob("*.json")):
        case = read(path)
        found = holds(
            verifier.verify_inclusion,
            leaf_hash=raw(case["leafHash"]),
            index=case["leafIdx"],
            size=case["treeSize"],
            proof=[raw(one) for one in case["proof"] or []],
            root=raw(case["root"]),
        )
        agreed.append(found is not case["wantErr"])
    for path in sorted((folder / "consistency").rglob("*.json")):
        case = read(path)
        found = holds(
            verifier.verify_consistency,
            old_size=case["size1"],
            old_root=raw(case["root1"]),
            size=case["size2"],
            root=raw(case["root2"]),
            proof=[raw(one) for one in case["proof"] or []],
        )
        agreed.append(found is not case["wantErr"])
    assert (sum(agreed), len(agreed)) == (103, 103)


def test_rfc6962_roots_9_of_9() -> None:
    case = read(VECTORS / "rfc6962-roots" / "roots.json")
    leaves = [leaf_hash(bytes.fromhex(one)) for one in case["leaf_inputs_hex"]]
    roots = [root_hash(leaves[:size]).hex() for size in range(len(leaves) + 1)]
    assert roots == case["root_hex_by_size"]
    assert len(roots) == 9


@each_verifier
def test_tessera_log_at_9_of_9_sizes(verifier: Verifier) -> None:
    folder = VECTORS / "tessera-testlog"
    for size in range(9):
        note = (folder / f"checkpoint.{size}").read_text(encoding="utf-8")
        report = verifier.audit_log(folder, verifier_keys=[TESSERA_KEY], checkpoint=note)
        assert report.is_clean, report.faults
        assert (report.checkpoint.size, report.entries) == (size, size)


@each_verifier
def test_tessera_checkpoint_of_another_size_is_found_out(verifier: Verifier) -> None:
    folder = VECTORS / "tessera-testlog"
    note = (folder / "checkpoint.5").read_text(encoding="utf-8").replace("\n5\n", "\n6\n")
    report = verifier.audit_log(folder, verifier_keys=[TESSERA_KEY], checkpoint=note)
    kinds = [fault.kind.value for fault in report.faults]
    assert kinds == ["checkpoint_refused", "root_differs"]


@each_verifier
def test_signed_note_example_and_every_change_of_it(verifier: Verifier) -> None:
    case = read(VECTORS / "signed-note" / "c2sp-example.json")
    opened = verifier.open_note(case["note"], [case["vkey"]])
    assert opened.text == "This is an example message.\n"
    assert [one.name for one in opened.signers] == ["example.com/foo"]
    accepted = [
        position
        for position, letter in enumerate(case["note"])
        if holds(
            verifier.open_note,
            text=case["note"][:position] + chr(ord(letter) ^ 1) + case["note"][position + 1 :],
            verifier_keys=[case["vkey"]],
        )
    ]
    assert accepted == []


@each_verifier
def test_wycheproof_ed25519_151_of_151(verifier: Verifier) -> None:
    cases = [
        (group["publicKey"]["pk"], case)
        for group in read(VECTORS / "wycheproof" / "ed25519_test.json")["testGroups"]
        for case in group["tests"]
    ]
    agreed = [
        verifier.is_ed25519_signature(
            public_key=bytes.fromhex(public_key),
            message=bytes.fromhex(case["msg"]),
            signature=bytes.fromhex(case["sig"]),
        )
        is (case["result"] == "valid")
        for public_key, case in cases
    ]
    assert (sum(agreed), len(agreed)) == (151, 151)


class WitnessOfVectors:
    """The answers of tlog-witness as the exchanges expect them, by our functions alone."""

    def __init__(self, verifier: Verifier, vkey: str) -> None:
        self.verifier, self.vkey = verifier, vkey
        self.size, self.root = 0, b""

    def status(self, body: str) -> int:
        head, _, note = body.partition("\n\n")
        old, *proof = head.split("\n")
        try:
            opened = self.verifier.open_checkpoint(note, [self.vkey])
        except ValueError as refused:
            # the changed signature of the second exchange is also no canonical base64
            assert getattr(refused, "code", "") in {"note_unsigned", "note_malformed"}
            return 403
        checkpoint = opened.checkpoint
        if int(old.removeprefix("old ")) != self.size:
            return 409
        if self.size and not holds(
            self.verifier.verify_consistency,
            old_size=self.size,
            old_root=self.root,
            size=checkpoint.size,
            root=checkpoint.root,
            proof=[raw(one) for one in proof],
        ):
            return 422
        self.size, self.root = checkpoint.size, checkpoint.root
        return 200


@each_verifier
def test_torchwood_witness_exchanges_9_of_9(verifier: Verifier) -> None:
    folder = VECTORS / "torchwood-witness"
    key = bytes.fromhex(read(folder / "litewitness.setup.json")["log_ed25519_public_key_hex"])
    exchanges = (folder / "litewitness.add-checkpoint.hurl").read_text(encoding="utf-8")
    name = re.findall(r"sigsum\.org/\S+", exchanges)[0]
    log = VerifierKey(name, key_id(name, b"\x01" + key), SignatureType.ED25519, key)
    witness = WitnessOfVectors(verifier, log.vkey)
    found = re.findall(r"```\n(.*?)```\nHTTP (\d+)", exchanges, re.DOTALL)
    answers = [(witness.status(body), int(expected)) for body, expected in found]
    assert [got for got, _ in answers] == [expected for _, expected in answers]
    assert len(answers) == 9


def test_every_foreign_checkpoint_is_spelled_as_we_spell_it() -> None:
    notes = sorted((VECTORS / "tessera-testlog").glob("checkpoint.*"))
    texts = [path.read_text(encoding="utf-8").rpartition("\n\n")[0] + "\n" for path in notes]
    assert [Checkpoint.parse(text).text for text in texts] == texts
    assert len(texts) == 9


@pytest.mark.parametrize("name", ["arrays", "structures", "values"])
def test_rfc_8785_documents_come_out_byte_for_byte(name: str) -> None:
    """3 of 3; numbers that are no whole ones are the library's, an entry holds none."""
    folder = VECTORS / "json-canonicalization"
    wanted = (folder / "output" / f"{name}.json").read_bytes()
    assert rfc8785.dumps(json.loads((folder / "input" / f"{name}.json").read_bytes())) == wanted

    def whole(text: str) -> int | float:
        value = float(text)
        return int(value) if value == int(value) and abs(value) < 2**53 else value

    ours = json.loads((folder / "input" / f"{name}.json").read_bytes(), parse_float=whole)
    if name == "values":
        with pytest.raises(EntryFaulty, match="float"):
            canonical(ours)
        del ours["numbers"]
        assert canonical(ours) == rfc8785.dumps(ours)
    else:
        assert canonical(ours) == wanted
