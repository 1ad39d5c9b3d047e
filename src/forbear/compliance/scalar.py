"""First engine: a rule called as it stands.

Only nodes that passed the subset are compiled, without decorator and annotations and without
builtins, so that line numbers in tracebacks and coverage are those of the file.
"""

import ast
from collections.abc import Callable
from typing import Any

from forbear.compliance.language import Parameters
from forbear.compliance.subset import ReadFile
from forbear.compliance.verdicts import Verdict, allowed, needs_review, refused

Decide = Callable[[Any, Parameters], Verdict]


def compiled(read: ReadFile) -> dict[str, Decide]:
    """The functions of a read file by rule id. Call only with a file that has no faults."""
    space: dict[str, Any] = {
        "__builtins__": {},
        "allowed": allowed,
        "refused": refused,
        "needs_review": needs_review,
        **read.constants,
    }
    functions: list[ast.stmt] = [_bare(rule.node) for rule in read.rules]
    module = ast.Module(body=functions, type_ignores=[])
    exec(compile(module, read.file, "exec"), space)  # noqa: S102 - checked nodes only, no builtins
    return {rule.rule_id: space[rule.name] for rule in read.rules}


def _bare(node: ast.FunctionDef) -> ast.FunctionDef:
    """The function without its decorator and annotations, which Python would run at `def`."""
    arguments = ast.arguments(
        posonlyargs=[],
        args=[
            ast.arg(arg=name, lineno=node.lineno, col_offset=node.col_offset) for name in ("f", "p")
        ],
        kwonlyargs=[],
        kw_defaults=[],
        defaults=[],
    )
    return ast.FunctionDef(
        name=node.name,
        args=arguments,
        body=node.body,
        decorator_list=[],
        lineno=node.lineno,
        col_offset=node.col_offset,
    )
