"""The verifier as one file that anyone can copy, read and run: made from the verifying modules.

The file needs Python and the `cryptography` library, nothing of this project. It is the modules'
own source, one below the other in the order in which they build on each other; the same modules
give the same bytes. What it can be asked is `standalone`.
"""

import ast
from pathlib import Path

# in the order in which they build on each other
VERIFYING_MODULES = (
    "errors", "texts", "ed25519", "ml_dsa", "keys", "checkpoints", "cosignatures", "notes",
    "policies", "merkle", "verify", "tiles", "tlog_proofs", "reading", "audit_reports",
    "audit_stretches", "audit_leftovers", "auditing", "bundle_checks", "standalone",
)  # fmt: skip
_OWN = "forbear.evidence."
_HEAD = '''#!/usr/bin/env python3
"""Forbear 善还: verifier of evidence logs in one file. 证据日志独立验证程序，单一文件。

    python forbear_verify.py proof FILE --key VKEY [--policy FILE] [--entry FILE]
    python forbear_verify.py audit DIR --key VKEY [--checkpoint FILE]
    python forbear_verify.py bundle FILE --key VKEY
    python forbear_verify.py note FILE --key VKEY

Needs Python 3.11 or later and the `cryptography` library. 需要 Python 3.11 以上和 cryptography 库。
Exit code: 0 verified, 1 refused, 2 wrong use. 退出码：0 验证通过，1 不通过，2 用法有误。

Made by `forbear evidence export-verifier` from the modules it names below; the same modules give
the same bytes. 由 `forbear evidence export-verifier` 生成，相同模块生成相同内容。
"""
'''
_FOOT = """

if __name__ == "__main__":
    sys.exit(main())
"""


def single_file_verifier() -> str:
    """The text of the one file."""
    folder = Path(__file__).parent
    taken: dict[str, str] = {}
    parts = [_HEAD]
    for name in VERIFYING_MODULES:
        source = (folder / f"{name}.py").read_text(encoding="utf-8")
        tree = ast.parse(source)
        _check_names(name, tree, taken)
        parts.append(_section(name, source, tree))
    return "\n\n".join(part.strip("\n") for part in parts) + "\n" + _FOOT


def _section(name: str, source: str, tree: ast.Module) -> str:
    """A module's source without its imports of ours, its docstring turned into a comment."""
    lines = source.split("\n")
    for node in tree.body:
        if _is_own_import(node) or _is_docstring(node):
            first, last = node.lineno - 1, (node.end_lineno or node.lineno)
            lines[first:last] = [""] * (last - first)
    rule = "# " + "-" * 78
    told = (ast.get_docstring(tree) or "").split("\n")
    comment = [rule, f"# {_OWN}{name}", "#", *(f"# {line}".rstrip() for line in told), rule]
    return "\n".join([*comment, "", "\n".join(lines).strip("\n")])


def _check_names(module: str, tree: ast.Module, taken: dict[str, str]) -> None:
    """In one file a name means one thing: a second meaning would silently replace the first."""
    for node in tree.body:
        for name in _defined(node):
            if taken.setdefault(name, module) != module:
                raise ValueError(
                    f"{module} and {taken[name]} both define {name!r}; in one file only one can. "
                    "Rename one of them."
                )


def _defined(node: ast.stmt) -> list[str]:
    match node:
        case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
            return [name]
        case ast.Assign(targets=targets):
            return [one.id for one in targets if isinstance(one, ast.Name)]
        case ast.AnnAssign(target=ast.Name(id=name)):
            return [name]
    return []


def _is_own_import(node: ast.stmt) -> bool:
    return isinstance(node, ast.ImportFrom) and (node.module or "").startswith(_OWN)


def _is_docstring(node: ast.stmt) -> bool:
    return (
        node.col_offset == 0
        and isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )
