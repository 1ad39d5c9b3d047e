"""`forbear evidence`: what the commands answer, and how they end."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from evidence.log_files import made_entries
from evidence.sample_logs import VKEY, checkpoint_of, proof_of, write_log
from forbear.evidence.single_file import single_file_verifier
from forbear_server.cli.evidence import app

ENTRIES = made_entries(300)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return write_log(tmp_path / "log", ENTRIES)


def asked(*arguments: object) -> tuple[int, str]:
    result = CliRunner().invoke(app, [str(one) for one in arguments])
    return result.exit_code, result.output


def test_audit_of_a_log_as_it_should_be(log: Path) -> None:
    code, said = asked("audit", log, "--key", VKEY)
    assert code == 0
    assert "Read 300 entries in 5 files: nothing was changed." in said
    code, said = asked("audit", log, "--key", VKEY, "--json")
    answer = json.loads(said)
    assert (code, answer["clean"], answer["size"], answer["faults"]) == (0, True, 300, [])


def test_audit_names_each_fault_and_ends_with_one(log: Path) -> None:
    data = (log / "tile/entries/000").read_bytes()
    (log / "tile/entries/000").write_bytes(data[:-1] + b"?")
    (log / "tile/1/000.p/1").unlink()
    code, said = asked("audit", log, "--key", VKEY, "--json")
    answer = json.loads(said)
    assert (code, answer["clean"], answer["fault_count"]) == (1, False, 2)
    assert [(one["kind"], one["path"], one["entry_index"]) for one in answer["faults"]] == [
        ("entry_changed", "tile/entries/000", 255),
        ("file_missing", "tile/1/000.p/1", None),
    ]
    code, said = asked("audit", log, "--key", VKEY)
    assert code == 1
    assert "tile/1/000.p/1" in said and "2 faults." in said


def test_audit_against_a_checkpoint_kept_elsewhere(log: Path, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    kept.write_text(checkpoint_of(ENTRIES[:256]), encoding="utf-8")
    code, said = asked("audit", log, "--key", VKEY, "--checkpoint", kept, "--json")
    answer = json.loads(said)
    assert (code, answer["clean"], answer["size"], answer["entries"]) == (0, True, 256, 256)
    assert answer["files_past_the_checkpoint"] == 2  # the second bundle and its tile
    kept.write_text(checkpoint_of([*ENTRIES[:255], b"never happened"]), encoding="utf-8")
    assert asked("audit", log, "--key", VKEY, "--checkpoint", kept)[0] == 1


def test_audit_without_checkpoint_folder_or_key(log: Path, tmp_path: Path) -> None:
    (log / "checkpoint").unlink()
    code, said = asked("audit", log, "--key", VKEY, "--json")
    assert (code, json.loads(said)["faults"][0]["kind"]) == (1, "checkpoint_refused")
    assert asked("audit", tmp_path / "nowhere", "--key", VKEY)[0] == 1
    assert asked("audit", log, "--key", "no key")[0] == 1
    assert asked("audit", log)[0] == 2


def test_verify_a_proof_file(tmp_path: Path) -> None:
    file = tmp_path / "7.tlog-proof"
    file.write_text(proof_of(ENTRIES, 7).text, encoding="utf-8")
    code, said = asked("verify", file, "--key", VKEY)
    assert code == 0
    assert "entry 7 is in the log example.com/log of 300 entries" in " ".join(said.split())
    code, said = asked("verify", file, "--key", VKEY, "--json")
    answer = json.loads(said)
    assert (code, answer["verified"], answer["index"]) == (0, True, 7)
    assert answer["entry"] == ENTRIES[7].decode("utf-8", "backslashreplace")
    policy = tmp_path / "policy"
    policy.write_text(f"log {VKEY}\nquorum none\n", encoding="utf-8")
    assert asked("verify", file, "--policy", policy)[0] == 0
    assert asked("verify", file)[0] == 2


def test_verify_refuses_and_says_why(tmp_path: Path) -> None:
    file = tmp_path / "6.tlog-proof"
    file.write_text(proof_of(ENTRIES, 7).text.replace("index 7", "index 6"), encoding="utf-8")
    code, said = asked("verify", file, "--key", VKEY)
    assert code == 1
    assert "The root is not the one the hashes lead to" in " ".join(said.split())
    result = CliRunner().invoke(app, ["verify", str(file), "--key", VKEY, "--json"])
    answer = json.loads(result.stdout)
    assert (result.exit_code, answer["verified"], answer["code"]) == (1, False, "root_mismatch")


def test_export_verifier(tmp_path: Path) -> None:
    assert asked("export-verifier") == (0, single_file_verifier())
    file = tmp_path / "forbear_verify.py"
    assert asked("export-verifier", file)[0] == 0
    assert file.read_text(encoding="utf-8") == single_file_verifier()
