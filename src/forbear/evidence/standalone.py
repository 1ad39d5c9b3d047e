"""What the one-file verifier can be asked: a proof file, a bundle, a whole log, a signed note.

Messages are in Chinese and English, for the file travels without its documents.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from forbear.evidence.audit_reports import AuditReport
from forbear.evidence.auditing import audit_log
from forbear.evidence.bundle_checks import check_bundle
from forbear.evidence.errors import KeyRefused, PolicyFaulty, ProofError
from forbear.evidence.notes import Signed, open_note
from forbear.evidence.policies import Policy
from forbear.evidence.tlog_proofs import verify_tlog_proof

VERIFIED, REFUSED, WRONG_USE = 0, 1, 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Answer one question; 0 verified, 1 refused, 2 wrong use."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    asked = _arguments().parse_args(arguments)
    try:
        match asked.question:
            case "proof":
                return _proof(asked)
            case "audit":
                return _audit(asked)
            case "bundle":
                return _bundle(asked)
            case _:
                return _note(asked)
    except (KeyRefused, PolicyFaulty) as mistake:
        return _tell(WRONG_USE, "用法有误 WRONG USE", str(mistake))
    except ProofError as refused:
        return _tell(REFUSED, "未通过 REFUSED", f"[{refused.code}] {refused}")
    except OSError as missing:
        place = missing.filename or "?"
        return _tell(WRONG_USE, "无法读取 CANNOT READ", f"{place}: {missing.strerror}")
    except UnicodeDecodeError:
        return _tell(REFUSED, "未通过 REFUSED", "不是 UTF-8 文本 the file is not UTF-8 text")


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="forbear_verify.py",
        description="验证证据日志，无需联网。Verify evidence logs, offline.",
        epilog="0 通过 verified · 1 未通过 refused · 2 用法有误 wrong use",
    )
    questions = parser.add_subparsers(dest="question", required=True)
    proof = questions.add_parser("proof", help="证明文件 a .tlog-proof file")
    proof.add_argument("file", type=Path)
    proof.add_argument("--policy", type=Path, help="信任策略文件 a tlog-policy file")
    proof.add_argument("--entry", type=Path, help="记录原文 the entry, if the file has none")
    audit = questions.add_parser("audit", help="整个日志目录 the directory of a whole log")
    audit.add_argument("directory", type=Path)
    audit.add_argument("--checkpoint", type=Path, help="检查点文件 instead of DIR/checkpoint")
    audit.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    note = questions.add_parser("note", help="签名文本 a signed note or checkpoint")
    note.add_argument("file", type=Path)
    bundle = questions.add_parser("bundle", help="证据包 a bundle about one person")
    bundle.add_argument("file", type=Path)
    for one in (proof, audit, note, bundle):
        is_needed = one is not proof
        one.add_argument(
            "--key", action="append", default=[], required=is_needed, help="公钥 verifier key"
        )
    for one in (proof, audit):
        one.add_argument("--origin", help="日志名称 the log's origin, if not the key's name")
    return parser


def _proof(asked: argparse.Namespace) -> int:
    if not asked.key and asked.policy is None:
        return _tell(WRONG_USE, "用法有误 WRONG USE", "需要 give --key or --policy")
    proven = verify_tlog_proof(
        _text(asked.file),
        verifier_keys=dict.fromkeys(asked.key),
        policy=Policy.parse(asked.policy.read_bytes()) if asked.policy else None,
        entry=asked.entry.read_bytes() if asked.entry else None,
        origin=asked.origin,
    )
    checkpoint = proven.checkpoint
    _tell(
        VERIFIED,
        "验证通过 VERIFIED",
        f"记录 entry {proven.index} · 日志 log {checkpoint.origin} · 共 size {checkpoint.size}",
    )
    _write(f"根 root {checkpoint.root.hex()}\n{_signers(proven.signers)}")
    _write(f"记录内容 entry: {proven.entry.decode('utf-8', 'backslashreplace')}\n")
    return VERIFIED


def _audit(asked: argparse.Namespace) -> int:
    report = audit_log(
        asked.directory,
        verifier_keys=dict.fromkeys(asked.key),
        checkpoint=_text(asked.checkpoint) if asked.checkpoint else None,
        origin=asked.origin,
        workers=asked.workers,
    )
    for fault in report.faults:
        _write(f"{fault.path}: {fault.kind.value}: {fault.message}\n")
    told = f"记录 entries {report.entries} · 文件 files {report.files}"
    if report.is_clean:
        _tell(VERIFIED, "验证通过 VERIFIED", told)
        _write(_head_of(report))
        return VERIFIED
    return _tell(REFUSED, "未通过 REFUSED", f"错误 faults {report.fault_count} · {told}")


def _bundle(asked: argparse.Namespace) -> int:
    checked = check_bundle(asked.file.read_bytes(), verifier_keys=dict.fromkeys(asked.key))
    told = f"记录 entries {len(checked.entries)} · 文件 files {checked.files}"
    _tell(VERIFIED, "验证通过 VERIFIED", told)
    _write("summary.html 仅供阅读，不在验证范围内 is for reading only and is not verified\n")
    for one in checked.entries:
        opened = ", ".join(one.opened) or "-"
        _write(
            f"{one.index} {one.entry.get('at')} {one.entry.get('event')} 已打开 opened: {opened}\n"
        )
    return VERIFIED


def _note(asked: argparse.Namespace) -> int:
    opened = open_note(_text(asked.file), dict.fromkeys(asked.key))
    _tell(VERIFIED, "验证通过 VERIFIED", "以下文本有签名 the text below is signed")
    _write(f"{_signers(opened.signers)}\n{opened.text}")
    return VERIFIED


def _head_of(report: AuditReport) -> str:
    if report.checkpoint is None:
        return ""
    head = report.checkpoint
    return f"日志 log {head.origin} · 根 root {head.root.hex()}\n{_signers(report.signers)}"


def _signers(signers: Sequence[Signed]) -> str:
    return "".join(
        f"签名 signed by {one.name}+{one.key_id}"
        + (f" 时间 at {one.signed_at} (POSIX)\n" if one.signed_at else "\n")
        for one in signers
    )


def _text(file: Path) -> str:
    return file.read_bytes().decode()


def _tell(code: int, answer: str, told: str) -> int:
    stream = sys.stdout if code == VERIFIED else sys.stderr
    stream.write(f"{answer}: {told}\n")
    return code


def _write(text: str) -> None:
    sys.stdout.write(text)
