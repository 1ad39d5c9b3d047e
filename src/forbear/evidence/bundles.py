"""Everything about one person as one file, with proofs, for the person or a court.

Made for 人民法院在线诉讼规则 (2021) articles 16 to 19: a court that is given data from a chain or
log asks whether they were changed since they were stored, and how that can be checked. The bundle
carries the entries, the proofs, the opened fields, the verifier and how to use it.
"""

import base64
import json
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from html import escape
from io import BytesIO
from typing import Any

from forbear.evidence.bundle_checks import BUNDLE_FORM, MANIFEST
from forbear.evidence.commitments import Opening
from forbear.evidence.entries import canonical, decode_entry, moment_text
from forbear.evidence.single_file import single_file_verifier

VERIFIER = "forbear_verify.py"
SUMMARY = "summary.html"
README = "README.txt"
# A ZIP file knows no earlier day; the same content gives the same bytes.
_PACKED_AT = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class BundledEntry:
    """One entry with its proof file and, where they may be shown, its opened fields."""

    entry: bytes
    proof: str
    openings: Mapping[str, Opening]


def make_bundle(
    entries: Sequence[BundledEntry], *, verifier_keys: Iterable[str], person: str, now: datetime
) -> bytes:
    """The ZIP file; `bundle_checks.check_bundle` and the verifier inside check it."""
    keys = list(verifier_keys)
    files: dict[str, bytes] = {}
    for number, one in enumerate(entries, start=1):
        stem = f"entries/{number:05d}"
        files[f"{stem}.tlog-proof"] = one.proof.encode()
        if one.openings:
            files[f"{stem}.opened.json"] = _opened_text(one.openings)
    files[SUMMARY] = _summary(entries, person, now).encode()
    files[README] = _readme(keys, len(entries), person, now).encode()
    files[VERIFIER] = single_file_verifier().encode()
    manifest = {
        "form": BUNDLE_FORM,
        "made_at": moment_text(now),
        "entries": len(entries),
        "verifier_keys": keys,
        "files": {name: sha256(content).hexdigest() for name, content in files.items()},
    }
    files[MANIFEST] = json.dumps(manifest, indent=2, sort_keys=True).encode()
    return _packed(files)


def _opened_text(openings: Mapping[str, Opening]) -> bytes:
    """Keys, and values as the canonical text that was committed."""
    told = {
        name: {"key": base64.b64encode(o.key).decode(), "value": canonical(o.value).decode()}
        for name, o in sorted(openings.items())
    }
    return json.dumps(told, indent=2, ensure_ascii=False).encode()


def _packed(files: Mapping[str, bytes]) -> bytes:
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as into:
        for name in sorted(files):
            into.writestr(zipfile.ZipInfo(name, _PACKED_AT), files[name], zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def _summary(entries: Sequence[BundledEntry], person: str, now: datetime) -> str:
    """A page that a person reads: each entry, what stands open in it, what was opened."""
    rows = "\n".join(_row(number, one) for number, one in enumerate(entries, start=1))
    return f"""<!doctype html>
<html lang="zh-Hans"><meta charset="utf-8"><title>证据包 Evidence bundle</title>
<style>body{{font:15px/1.6 system-ui,sans-serif;margin:24px;max-width:1100px}}
table{{border-collapse:collapse;width:100%}}td,th{{border:1px solid #999;padding:6px;text-align:left;
vertical-align:top;overflow-wrap:anywhere}}code{{font-size:12px}}</style>
<h1>证据包 Evidence bundle</h1>
<p>借款人编号 borrower: {escape(person)} · 记录数 entries: {len(entries)} · 制作时间 made at:
{escape(moment_text(now))}</p>
<p>怎么验证见 README.txt。How to verify: README.txt.</p>
<table><thead><tr><th>#</th><th>时间 moment</th><th>事件 event</th><th>公开内容 open fields</th>
<th>已打开的内容 opened fields</th><th>日志序号 leaf index</th></tr></thead><tbody>
{rows}
</tbody></table></html>
"""


def _row(number: int, one: BundledEntry) -> str:
    entry = decode_entry(one.entry)
    index = next(line for line in one.proof.split("\n") if line.startswith("index "))
    cells = (
        str(number),
        moment_text(entry.at),
        entry.event,
        _told(entry.open_fields),
        _told({name: o.value for name, o in sorted(one.openings.items())}),
        index.removeprefix("index "),
    )
    return "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in cells) + "</tr>"


def _told(fields: Mapping[str, Any]) -> str:
    return "; ".join(
        f"{name}: {value if isinstance(value, str) else canonical(value).decode()}"
        for name, value in fields.items()
    )


def _readme(keys: Sequence[str], entries: int, person: str, now: datetime) -> str:
    told = "\n".join(f"    {key}" for key in keys)
    asked = " ".join(f"--key '{key}'" for key in keys)
    return f"""证据包 · Evidence bundle
借款人编号 borrower: {person}
记录数 entries: {entries}
制作时间 made at: {moment_text(now)}

一、里面有什么
  summary.html          可阅读的清单，仅供阅读，不在验证范围内；以验证程序列出的记录为准
  entries/*.tlog-proof  每条记录的原文、包含证明和已签名的检查点（C2SP tlog-proof）
  entries/*.opened.json 该记录中已打开的字段：密钥和取值。没有密钥的人无法还原取值
  forbear_verify.py     独立验证程序，只需 Python 3.11 和 cryptography 库
  manifest.json         每个文件的 SHA-256

二、怎么验证（无需联网，不需要信任提供者）
  python forbear_verify.py bundle 证据包.zip {asked}
  日志公钥应从公开渠道核对，不要只用本文件里的这一个：
{told}

三、能证明什么、不能证明什么
  能证明：记录写入日志后没有被改动；打开的取值就是写入时承诺的取值；记录处在带签名的检查点之下。
  不能证明：写入时内容是否属实；是否还有没有写入日志的行为；证据包是否包含此人的全部记录。
  参见《人民法院在线诉讼规则》第十六条至第十九条。

1. What is inside
  summary.html          a list to read; it is not verified, what the verifier lists is
  entries/*.tlog-proof  each entry, its inclusion proof and the signed checkpoint (C2SP tlog-proof)
  entries/*.opened.json opened fields: key and value. Nobody can open them without the key
  forbear_verify.py     the verifier; needs Python 3.11 and the cryptography library only
  manifest.json         the SHA-256 of each file

2. How to verify (offline, without trusting whoever handed it over)
  python forbear_verify.py bundle BUNDLE.zip {asked}
  Compare the log's key with one from a public place; do not rely on the one in this file alone.

3. What this proves, and what not
  Proven: no entry was changed since it was logged; opened values are those committed then; the
  entries stand under the signed checkpoint.
  Not proven: that an entry was true when written; that nothing was done that was not logged; that
  the bundle holds every entry about the person.
"""
