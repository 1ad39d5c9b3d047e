"""The one-file verifier: the same bytes every time, and it runs with nothing of this project."""

import ast
import importlib.util
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from evidence.log_files import made_entries
from evidence.sample_logs import VKEY, checkpoint_of, proof_of, witness, write_log
from forbear.evidence import single_file
from forbear.evidence.notes import add_signatures
from forbear.evidence.single_file import VERIFYING_MODULES, single_file_verifier
from forbear.evidence.tiles import encode_bundle
from forbear.evidence.tlog_proofs import TlogProof

ENTRIES = made_entries(300)
NEEDED = ("cryptography", "cffi", "_cffi_backend")


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the file, and beside it `cryptography` and what that is made of."""
    folder = tmp_path_factory.mktemp("alone")
    (folder / "forbear_verify.py").write_text(single_file_verifier(), encoding="utf-8")
    for name in NEEDED:
        found = importlib.util.find_spec(name)
        if found is not None and found.origin is not None:
            origin = Path(found.origin)
            place = origin.parent if origin.name == "__init__.py" else origin
            (folder / place.name).symlink_to(place)
    write_log(folder / "log", ENTRIES)
    (folder / "7.tlog-proof").write_text(proof_of(ENTRIES, 7).text, encoding="utf-8")
    return folder


def asked(folder: Path, *arguments: str) -> tuple[int, str]:
    """Run it with no site packages, no environment of ours, and the folder alone on the path."""
    done = subprocess.run(
        [sys.executable, "-S", "-s", "-E", "-B", "forbear_verify.py", *arguments],
        cwd=folder,
        env={"PATH": os.defpath},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def test_nothing_of_the_project_is_there(alone: Path) -> None:
    command = [sys.executable, "-S", "-s", "-E", "-c", "import forbear"]
    done = subprocess.run(command, cwd=alone, capture_output=True, text=True, check=False)
    assert "No module named 'forbear'" in done.stderr
    assert "from forbear" not in [
        line[:12] for line in single_file_verifier().split("\n") if line.startswith("from")
    ]


def test_the_same_modules_give_the_same_bytes() -> None:
    text = single_file_verifier()
    assert single_file_verifier() == text
    headings = [line for line in text.split("\n") if line.startswith("# forbear.evidence.")]
    assert headings == [f"# forbear.evidence.{name}" for name in VERIFYING_MODULES]
    compile(text, "forbear_verify.py", "exec")


def test_it_imports_the_standard_library_and_cryptography_only() -> None:
    imported = {
        name.split(".")[0]
        for node in ast.walk(ast.parse(single_file_verifier()))
        for name in (
            [one.name for one in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    assert imported - sys.stdlib_module_names == {"cryptography"}


def test_the_import_contract_names_every_verifying_module() -> None:
    text = (Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8")
    contracts = tomllib.loads(text)["tool"]["importlinter"]["contracts"]
    (held,) = [one for one in contracts if "stand alone" in one["name"]]
    expected = [f"forbear.evidence.{name}" for name in (*VERIFYING_MODULES, "single_file")]
    assert sorted(held["source_modules"]) == sorted(expected)


def test_two_meanings_of_one_name_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(single_file, "VERIFYING_MODULES", ("notes", "hashing"))
    with pytest.raises(ValueError, match="hashing and notes both define '_checked'"):
        single_file_verifier()


def test_it_verifies_a_proof_a_log_and_a_note(alone: Path) -> None:
    code, said = asked(alone, "proof", "7.tlog-proof", "--key", VKEY)
    assert (code, said.split(":")[0]) == (0, "验证通过 VERIFIED"), said
    assert "entry 7 · 日志 log example.com/log · 共 size 300" in said
    code, said = asked(alone, "audit", "log", "--key", VKEY)
    assert (code, said.split(":")[0]) == (0, "验证通过 VERIFIED"), said
    assert "记录 entries 300" in said
    code, said = asked(alone, "note", "log/checkpoint", "--key", VKEY)
    assert (code, said.split(":")[0]) == (0, "验证通过 VERIFIED"), said


def test_it_refuses_with_one(alone: Path, tmp_path: Path) -> None:
    text = (alone / "7.tlog-proof").read_text(encoding="utf-8").replace("index 7", "index 6")
    (tmp_path / "6.tlog-proof").write_text(text, encoding="utf-8")
    code, said = asked(alone, "proof", str(tmp_path / "6.tlog-proof"), "--key", VKEY)
    assert (code, said.startswith("未通过 REFUSED: [root_mismatch] The root is")) == (1, True)
    log = write_log(tmp_path / "log", ENTRIES)
    (log / "tile/entries/000").write_bytes(encode_bundle([b"x", *ENTRIES[1:256]]))
    code, said = asked(alone, "audit", str(log), "--key", VKEY)
    assert code == 1
    assert "tile/entries/000: entry_changed: entry 0 hashes to" in said
    (tmp_path / "note").write_bytes(b"\xff")
    assert asked(alone, "note", str(tmp_path / "note"), "--key", VKEY)[0] == 1


def test_wrong_use_is_two(alone: Path, tmp_path: Path) -> None:
    (tmp_path / "policy").write_text("quorum w\n", encoding="utf-8")
    for arguments in (
        [],
        ["moon"],
        ["proof", "7.tlog-proof"],
        ["proof", "nowhere.tlog-proof", "--key", VKEY],
        ["proof", "7.tlog-proof", "--key", "no key"],
        ["proof", "7.tlog-proof", "--policy", str(tmp_path / "policy")],
        ["audit", "nowhere", "--key", VKEY],
        ["note", "log/checkpoint"],
    ):
        code, said = asked(alone, *arguments)
        assert code == 2, (arguments, said)


def test_a_policy_and_an_entry_from_elsewhere(alone: Path, tmp_path: Path) -> None:
    cosigner = witness("w.example", 1, post_quantum=True)
    policy = f"log {VKEY}\nwitness w {cosigner.verifier_key.vkey}\nquorum w\n"
    (tmp_path / "policy").write_text(policy, encoding="utf-8")
    proof = proof_of(ENTRIES, 7)
    note = add_signatures(checkpoint_of(ENTRIES), [cosigner], signed_at=7)
    (tmp_path / "proof").write_text(TlogProof(7, proof.hashes, note).text, encoding="utf-8")
    (tmp_path / "entry").write_bytes(ENTRIES[7])
    given = ["--policy", str(tmp_path / "policy"), "--entry", str(tmp_path / "entry")]
    code, said = asked(alone, "proof", str(tmp_path / "proof"), *given)
    assert (code, "w.example" in said, "时间 at 7 (POSIX)" in said) == (0, True, True), said
    assert asked(alone, "proof", "7.tlog-proof", *given)[0] == 1


def test_a_large_log_is_audited_by_several_processes(alone: Path, tmp_path: Path) -> None:
    log = write_log(tmp_path / "log", made_entries(66_000))
    code, said = asked(alone, "audit", str(log), "--key", VKEY, "--workers", "2")
    assert code == 0, said
    assert "记录 entries 66000" in said
