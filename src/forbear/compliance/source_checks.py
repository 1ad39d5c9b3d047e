"""Before a rule file is parsed: size, hidden characters, plain names, nesting.

Nothing here or later executes a line of the file; the checks look at its text and tokens.
"""

import ast
import io
import tokenize
import unicodedata
from dataclasses import dataclass

LARGEST_CHARACTERS = 200_000
DEEPEST_NESTING = 100
# Cf, Cc, Co, Zl, Zp: characters that do not show, or that reorder what shows.
HIDDEN = frozenset({"Cf", "Cc", "Co", "Cs", "Zl", "Zp"})


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One reason not to load: where, what, and what to do."""

    file: str
    line: int
    column: int
    what: str
    advice: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.what}; {self.advice}"


class SubsetFault(Exception):
    """A construct that no rule may hold."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(str(fault))
        self.fault = fault


def parsed(file: str, source: str) -> ast.Module:
    """The syntax tree of a rule file. Raises `SubsetFault` with the place and what to do."""
    if len(source) > LARGEST_CHARACTERS:
        raise SubsetFault(Fault(file, 1, 1, "the file is too large", "split the rulebook"))
    for number, line in enumerate(source.split("\n"), 1):
        for column, character in enumerate(line, 1):
            if unicodedata.category(character) in HIDDEN:
                raise SubsetFault(
                    Fault(
                        file,
                        number,
                        column,
                        f"hidden character U+{ord(character):04X}",
                        "delete it; indent with spaces",
                    )
                )
    try:
        tree = ast.parse(source, file)
        for token in tokenize.generate_tokens(io.StringIO(source).readline):
            if token.type == tokenize.NAME and not token.string.isascii():
                row, offset = token.start
                raise SubsetFault(
                    Fault(
                        file,
                        row,
                        offset + 1,
                        f"name {token.string}",
                        "write names in plain letters: others look alike",
                    )
                )
    except (SyntaxError, ValueError, RecursionError, MemoryError, tokenize.TokenError) as error:
        raise SubsetFault(
            Fault(
                file,
                getattr(error, "lineno", None) or 1,
                getattr(error, "offset", None) or 1,
                f"cannot be read: {getattr(error, 'msg', None) or error}",
                "correct the Python syntax",
            )
        ) from None
    if _nesting(tree) > DEEPEST_NESTING:
        raise SubsetFault(Fault(file, 1, 1, "nested too deeply", "use locals or split the rule"))
    return tree


def _nesting(tree: ast.AST) -> int:
    level: list[ast.AST] = [tree]
    depth = 0
    while level:
        level = [child for node in level for child in ast.iter_child_nodes(node)]
        depth += 1
    return depth
