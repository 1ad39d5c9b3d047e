"""The verifier under test: our modules, or the one file made of them."""

import importlib.util
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from types import ModuleType
from typing import Any

from forbear.evidence import auditing, ed25519, notes, tlog_proofs, verify
from forbear.evidence.single_file import single_file_verifier


@dataclass(frozen=True)
class Verifier:
    """The functions that verify, from wherever they come."""

    name: str
    verify_inclusion: Any
    verify_consistency: Any
    open_note: Any
    open_checkpoint: Any
    is_ed25519_signature: Any
    audit_log: Any
    verify_tlog_proof: Any


@cache
def one_file() -> ModuleType:
    """The exported file, loaded as a module of its own."""
    path = Path(mkdtemp()) / "forbear_verify.py"
    path.write_text(single_file_verifier(), encoding="utf-8")
    spec = importlib.util.spec_from_file_location("forbear_verify", path)
    if spec is None or spec.loader is None:
        raise ImportError(path)
    module = importlib.util.module_from_spec(spec)
    sys.modules["forbear_verify"] = module
    spec.loader.exec_module(module)
    return module


def _verifier(name: str, *modules: ModuleType) -> Verifier:
    wanted = [one for one in Verifier.__dataclass_fields__ if one != "name"]
    found = {one: getattr(m, one) for one in wanted for m in modules if hasattr(m, one)}
    return Verifier(name, **found)


VERIFIERS = [
    _verifier("modules", auditing, ed25519, notes, tlog_proofs, verify),
    _verifier("one file", one_file()),
]
