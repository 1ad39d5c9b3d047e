"""Everything about one person as a file that checks itself, also without this project."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from forbear.contact.channels import Channel
from forbear.contact.permission import ContactRequest
from forbear.evidence.bundle_checks import BundleRefused, check_bundle
from forbear_server.selectors.actors import Actor, Role
from forbear_server.services.erasure import erase_person
from forbear_server.services.evidence_access import ReasonMissing
from forbear_server.services.evidence_bundles import NothingToBundle, bundle_person
from forbear_server.services.gate import issue_permit
from forbear_server.services.persons import Person, record_persons
from forbear_server.store.lender_scope import lender_scope
from forbear_server.store.log_files import verifier_key
from server.conftest import NOW
from server.desk import import_small_tape
from server.evidence import recorded

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer(qinghe: int, make_actor: Callable[..., Actor], fresh_data_dir: Path) -> Iterator[Actor]:
    import_small_tape(fresh_data_dir)
    actor = make_actor("qinghe.compliance", Role.COMPLIANCE)
    with lender_scope(qinghe):
        record_persons(lender_id=qinghe, persons=[Person("B-9", name="周宁")])
        for number, borrower in enumerate(("B-9", "B-4", "B-9", "B-1")):
            issue_permit(
                actor=actor,
                asked=ContactRequest(channel=Channel.SMS, number_ref="n1"),
                idempotency_key=f"key-{number:05d}",
                borrower_ref=borrower,
                content_digest="",
                now=NOW,
            )
        yield actor


@pytest.fixture
def bundle(officer: Actor) -> bytes:
    made, entries = bundle_person(
        actor=officer, borrower_ref="B-9", reason="asked for it", now=NOW, sealed_at=NOW
    )
    assert entries == 2
    return made


def test_a_bundle_holds_the_persons_entries_and_nobody_elses(officer: Actor, bundle: bytes) -> None:
    checked = check_bundle(bundle, verifier_keys=[verifier_key()])
    assert [one.entry["event"] for one in checked.entries] == ["contact.review_needed"] * 2
    assert {one.opened["borrower"] for one in checked.entries} == {"B-9"}
    assert all(one.opened["facts"]["channel"] == "sms" for one in checked.entries)
    assert recorded(officer.lender_id)[-1] == "evidence.exported"


def test_who_acted_stays_closed(bundle: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(bundle)) as files:
        everything = b"".join(files.read(name) for name in files.namelist())
    assert b"qinghe.compliance" not in everything
    assert all(
        "actor" not in one.opened
        for one in check_bundle(bundle, verifier_keys=[verifier_key()]).entries
    )


def test_the_verifier_inside_checks_it_in_an_empty_environment(
    bundle: bytes, tmp_path: Path
) -> None:
    file = tmp_path / "bundle.zip"
    file.write_bytes(bundle)
    with zipfile.ZipFile(file) as files:
        files.extract("forbear_verify.py", tmp_path)
        assert "forbear_verify.py bundle" in files.read("README.txt").decode()
    command = [sys.executable, "-I", "forbear_verify.py", "bundle", "bundle.zip"]
    good = subprocess.run(
        [*command, "--key", verifier_key()],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (good.returncode, good.stderr) == (0, "")
    assert good.stdout.count("contact.review_needed") == 2
    other = "example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx"
    bad = subprocess.run(
        [*command, "--key", other], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert bad.returncode == 1


def remade(bundle: bytes, change: Callable[[dict[str, bytes]], None]) -> bytes:
    """The bundle with its files changed; the manifest's digests are made to fit again."""
    with zipfile.ZipFile(io.BytesIO(bundle)) as files:
        held = {name: files.read(name) for name in files.namelist()}
    change(held)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as into:
        for name, data in held.items():
            into.writestr(name, data)
    return packed.getvalue()


def test_a_changed_value_is_found_although_the_manifest_was_made_to_fit(bundle: bytes) -> None:
    def forge(held: dict[str, bytes]) -> None:
        name = "entries/00001.opened.json"
        opened = json.loads(held[name])
        opened["borrower"]["value"] = '"B-1"'
        held[name] = json.dumps(opened).encode()
        fit(held, name)

    with pytest.raises(BundleRefused, match=r"00001\.opened\.json.*borrower"):
        check_bundle(remade(bundle, forge), verifier_keys=[verifier_key()])


def test_an_entry_of_another_log_is_found(bundle: bytes) -> None:
    def forge(held: dict[str, bytes]) -> None:
        name = "entries/00002.tlog-proof"
        held[name] = held[name].replace(b"index ", b"index 1", 1)
        fit(held, name)

    with pytest.raises(BundleRefused, match=r"00002\.tlog-proof"):
        check_bundle(remade(bundle, forge), verifier_keys=[verifier_key()])


def leave_out(held: dict[str, bytes]) -> None:
    """The last entry goes, and the manifest's list of files is made to fit."""
    manifest = json.loads(held["manifest.json"])
    for name in ("entries/00002.tlog-proof", "entries/00002.opened.json"):
        del held[name], manifest["files"][name]
    held["manifest.json"] = json.dumps(manifest).encode()


def test_a_file_added_or_taken_away_is_found(bundle: bytes) -> None:
    for change in (
        lambda held: held.pop("entries/00001.tlog-proof"),
        lambda held: held.update({"entries/00003.tlog-proof": b"x"}),
        lambda held: held.update({"summary.html": b"x"}),
        lambda held: held.pop("manifest.json"),
        leave_out,
    ):
        with pytest.raises(BundleRefused):
            check_bundle(remade(bundle, change), verifier_keys=[verifier_key()])


def test_without_a_reason_no_bundle_is_made(officer: Actor) -> None:
    before = recorded(officer.lender_id)
    with pytest.raises(ReasonMissing):
        bundle_person(actor=officer, borrower_ref="B-9", reason=" ", now=NOW, sealed_at=NOW)
    assert recorded(officer.lender_id) == before


def test_bytes_that_are_no_bundle_are_refused(bundle: bytes) -> None:
    for data in (b"", b"PK", bundle[:100], bundle[:-50]):
        with pytest.raises(BundleRefused):
            check_bundle(data, verifier_keys=[verifier_key()])


def fit(held: dict[str, bytes], name: str) -> None:
    manifest = json.loads(held["manifest.json"])
    manifest["files"][name] = sha256(held[name]).hexdigest()
    held["manifest.json"] = json.dumps(manifest).encode()


def test_nobody_gets_an_empty_bundle(officer: Actor) -> None:
    before = recorded(officer.lender_id)
    for ref in ("B-3", "nobody", ""):
        with pytest.raises(NothingToBundle):
            bundle_person(actor=officer, borrower_ref=ref, reason="asked", now=NOW, sealed_at=NOW)
    assert recorded(officer.lender_id) == before


def test_an_erased_person_has_no_bundle(officer: Actor) -> None:
    later = NOW + timedelta(days=366 * 8)
    erase_person(actor=officer, borrower_ref="B-9", reason="request", now=later)
    with pytest.raises(NothingToBundle):
        bundle_person(actor=officer, borrower_ref="B-9", reason="asked", now=later, sealed_at=later)
