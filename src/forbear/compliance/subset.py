"""Reads a rule file: every node is checked against the subset before anything is compiled.

A file holds a docstring, imports of the language and of facts (never executed), constant sets
and rules. A rule is `def name(f: Facts, p: Parameters) -> Verdict` marked `@rule("ID")`, made of
if / return / a local assigned once; every path ends in `return allowed() | refused(...) |
needs_review(...)`. Anything else stops loading with file, line, column and advice.
"""

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NoReturn

from forbear.compliance.expression_reading import NONE, ExpressionReader, Read
from forbear.compliance.expressions import Branch, Expr, Leaf, Tree
from forbear.compliance.fact_kinds import Vocabulary
from forbear.compliance.source_checks import Fault, SubsetFault, parsed
from forbear.compliance.verdicts import Ruling

LANGUAGE = "forbear.compliance.language"
WORDS_OF_LANGUAGE = frozenset(
    {"Parameters", "Verdict", "allowed", "needs_review", "refused", "rule"}
)
OUTCOMES = {
    "allowed": Ruling.ALLOWED,
    "needs_review": Ruling.NEEDS_REVIEW,
    "refused": Ruling.REFUSED,
}
RESERVED = frozenset({*WORDS_OF_LANGUAGE, "frozenset", "f", "p"})
LATEST_UNTIL = 2**31 - 1


@dataclass(frozen=True, slots=True)
class ReadRule:
    """A rule as read: its id, the function's name, its facts, its tree and its checked nodes."""

    rule_id: str
    name: str
    vocabulary: Vocabulary
    tree: Tree
    doc: str
    node: ast.FunctionDef = field(repr=False)
    used_parameters: frozenset[str] = NONE


@dataclass(frozen=True, slots=True)
class ReadFile:
    """Everything of one rule file, and every fault found in it."""

    file: str
    source: str
    rules: tuple[ReadRule, ...]
    constants: Mapping[str, frozenset[int] | frozenset[str]]
    faults: tuple[Fault, ...]


def read_rule_file(
    file: str,
    source: str,
    vocabularies: Mapping[str, Vocabulary],
    parameters: Mapping[str, tuple[int, int]],
) -> ReadFile:
    """Reads a rule file without running any of it.

    `vocabularies`: facts classes by name; `parameters`: least and greatest value by name. Faults
    are returned, one for each rule or statement, so that a writer sees all of them at once.
    """
    try:
        return _FileReader(file, source, vocabularies, parameters).read()
    except SubsetFault as refused:
        return ReadFile(file, source, (), {}, (refused.fault,))


class _FileReader:
    def __init__(
        self,
        file: str,
        source: str,
        vocabularies: Mapping[str, Vocabulary],
        parameters: Mapping[str, tuple[int, int]],
    ) -> None:
        self.file, self.source = file, source
        self.module = parsed(file, source)
        self.vocabularies, self.parameters = vocabularies, parameters
        self.constants: dict[str, frozenset[int] | frozenset[str]] = {}
        self.used_constants: set[str] = set()
        self.imported: set[str] = set()
        self.faults: list[Fault] = []
        self.rules: list[ReadRule] = []

    def read(self) -> ReadFile:
        for position, statement in enumerate(self.module.body):
            try:
                self._statement(position, statement)
            except SubsetFault as refused:
                self.faults.append(refused.fault)
        if not self.faults:
            for name in sorted(self.constants.keys() - self.used_constants):
                self.faults.append(Fault(self.file, 1, 1, f"{name} is never used", "delete it"))
        return ReadFile(
            self.file, self.source, tuple(self.rules), self.constants, tuple(self.faults)
        )

    def _statement(self, position: int, node: ast.stmt) -> None:
        match node:
            case ast.FunctionDef():
                self._add(_RuleReader(self, node).read(), node)
            case ast.ImportFrom():
                self._import(node)
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                if not name.isupper() or name in self.constants or self.rules:
                    _fail(
                        self.file,
                        node,
                        f"constant {name}",
                        "constants are UPPER_CASE, assigned once, above the rules",
                    )
                self.constants[name] = self.expressions({}).members(value)
            case ast.Expr(value=ast.Constant(value=str())) if position == 0:
                pass
            case _:
                _fail(
                    self.file,
                    node,
                    f"{type(node).__name__} at top level",
                    "only a docstring, imports of the language, constant sets and rules",
                )

    def _import(self, node: ast.ImportFrom) -> None:
        for alias in node.names:
            of_language = node.module == LANGUAGE and alias.name in WORDS_OF_LANGUAGE
            known = self.vocabularies.get(alias.name)
            of_facts = known is not None and known.facts.__module__ == node.module
            if node.level or alias.asname or not (of_language or of_facts):
                _fail(
                    self.file,
                    node,
                    f"import of {node.module}.{alias.name}",
                    f"a rule file imports words of {LANGUAGE} and a facts class, nothing else",
                )
            self.imported.add(alias.name)

    def _add(self, found: ReadRule, node: ast.FunctionDef) -> None:
        for earlier in self.rules:
            if found.name == earlier.name or found.rule_id == earlier.rule_id:
                _fail(
                    self.file,
                    node,
                    f"{found.name} / {found.rule_id} is defined twice",
                    "rename one",
                )
        self.rules.append(found)

    def expressions(self, kinds: Mapping[str, object]) -> ExpressionReader:
        return ExpressionReader(
            file=self.file,
            kinds=kinds,  # type: ignore[arg-type]  # {} while constants are read
            parameters=self.parameters,
            constants=self.constants,
            used_parameters=set(),
            used_names=set(),
        )


class _RuleReader:
    """Reads one function; `leaves` and `assigned` grow as its paths are walked."""

    def __init__(self, owner: _FileReader, node: ast.FunctionDef) -> None:
        self.owner, self.node = owner, node
        self.vocabulary = self._facts()
        self.reader = owner.expressions(self.vocabulary.kinds)
        self.leaves: list[Leaf] = []
        self.assigned: dict[str, ast.stmt] = {}

    def read(self) -> ReadRule:
        rule_id = self._rule_id()
        self._signature()
        body = self.node.body
        doc = ast.get_docstring(self.node)
        if not doc:
            self._fail(self.node, "no docstring", "say in one line what the rule decides")
        tree = self._block(body[1:], {}, NONE, self.node)
        for name, at in self.assigned.items():
            if name not in self.reader.used_names:
                self._fail(at, f"{name} is never used", "delete it")
        self.owner.used_constants |= self.reader.used_names & self.owner.constants.keys()
        codes = [leaf.code for leaf in self.leaves if leaf.ruling is not Ruling.ALLOWED]
        if len(set(codes)) != len(codes):
            self._fail(
                self.node, "two outcomes share a code", "give each its own, to name the branch"
            )
        return ReadRule(
            rule_id,
            self.node.name,
            self.vocabulary,
            tree,
            doc,
            self.node,
            frozenset(self.reader.used_parameters),
        )

    def _fail(self, node: ast.AST, what: str, advice: str) -> NoReturn:
        _fail(self.owner.file, node, what, advice)

    def _rule_id(self) -> str:
        match self.node.decorator_list:
            case [
                ast.Call(
                    func=ast.Name(id="rule"), args=[ast.Constant(value=str() as found)], keywords=[]
                )
            ]:
                return found
        _fail(
            self.owner.file, self.node, "decorator", 'exactly one, @rule("ID") with a constant id'
        )

    def _facts(self) -> Vocabulary:
        match self.node.args.args:
            case [ast.arg(annotation=ast.Name(id=name)), _] if (
                name in self.owner.vocabularies and name in self.owner.imported
            ):
                return self.owner.vocabularies[name]
        known = ", ".join(sorted(self.owner.vocabularies))
        _fail(
            self.owner.file,
            self.node,
            "the facts are not named",
            f"write def {self.node.name}(f: Facts, p: Parameters) -> Verdict, import the class; "
            f"known are {known}",
        )

    def _signature(self) -> None:
        node, args = self.node, self.node.args
        others = (args.posonlyargs, args.kwonlyargs, args.defaults, args.kw_defaults)
        if [a.arg for a in args.args] != ["f", "p"] or any(others) or args.vararg or args.kwarg:
            self._fail(node, "arguments", "a rule is def name(f, p): no defaults, no others")
        match args.args[1].annotation, node.returns:
            case ast.Name(id="Parameters"), ast.Name(id="Verdict"):
                pass
            case _:
                self._fail(node, "annotations", "write p: Parameters and -> Verdict, nothing else")
        if getattr(node, "type_params", None):
            self._fail(node, "type parameters", "leave them out")
        if node.name in RESERVED or node.name.startswith("_") or node.name in self.owner.constants:
            self._fail(node, f"name {node.name}", "use a plain lower-case name")

    def _block(
        self, body: Sequence[ast.stmt], env: Mapping[str, Read], known: frozenset[str], at: ast.AST
    ) -> Tree:
        """Every path ends in return, so branches never join again."""
        if not body:
            _fail(
                self.owner.file,
                at,
                "a path without return",
                "end each branch with return allowed() / refused(...) / needs_review(...)",
            )
        statement, rest = body[0], list(body[1:])
        match statement:
            case ast.Return():
                if rest:
                    self._fail(rest[0], "never reached", "delete it")
                return self._leaf(statement, env, known)
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                self._check_local(name, statement)
                read = self.reader.expr(value, env, known)
                self.assigned[name] = statement
                return self._block(rest, {**env, name: read}, known, statement)
            case ast.If():
                test = self.reader.boolean(statement.test, env, known)
                then = self._block(statement.body, env, known | test.when_true, statement)
                after = [*statement.orelse, *rest]
                other = self._block(after, env, known | test.when_false, statement)
                return Branch(test.expr, then, other, statement.lineno)
        _fail(
            self.owner.file,
            statement,
            f"{type(statement).__name__} is outside the subset",
            "use if / elif / else, return, name = expression",
        )

    def _check_local(self, name: str, at: ast.stmt) -> None:
        taken = name in self.assigned or name in RESERVED or name in self.owner.constants
        if taken or name.startswith("_"):
            self._fail(at, f"name {name}", "a local is assigned once and hides nothing")

    def _leaf(self, statement: ast.Return, env: Mapping[str, Read], known: frozenset[str]) -> Leaf:
        call = statement.value
        match call:
            case ast.Call(func=ast.Name(id=word)) if word in OUTCOMES:
                ruling = OUTCOMES[word]
            case _:
                _fail(
                    self.owner.file,
                    statement,
                    "return of something else",
                    "return allowed(), refused(code, until=...) or needs_review(code)",
                )
        code = self._code(call, ruling)
        until: Expr | None = None
        exception: str | None = None
        for keyword in call.keywords:
            match keyword.arg, ruling, keyword.value:
                case "until", Ruling.REFUSED, held if until is None:
                    until = self._until(held, env, known)
                case "exception", Ruling.ALLOWED, ast.Constant(value=str() as name) if name:
                    exception = name
                case _:
                    self._fail(
                        call,
                        f"argument {keyword.arg}",
                        "refused takes until=, allowed takes exception='name'",
                    )
        leaf = Leaf(len(self.leaves), ruling, code, until, exception, statement.lineno)
        self.leaves.append(leaf)
        return leaf

    def _code(self, call: ast.Call, ruling: Ruling) -> str:
        match call.args:
            case [] if ruling is Ruling.ALLOWED:
                return ""
            case [ast.Constant(value=str() as code)] if ruling is not Ruling.ALLOWED and code:
                return code
        _fail(
            self.owner.file,
            call,
            "arguments",
            "refused and needs_review take one constant word, allowed takes none",
        )

    def _until(self, held: ast.expr, env: Mapping[str, Read], known: frozenset[str]) -> Expr:
        until = self.reader.integer(held, env, known)
        if until.lo < 0 or until.hi > LATEST_UNTIL:
            self._fail(
                held,
                f"until may reach {until.lo}..{until.hi}",
                "give minutes since the borrower's last midnight, 0 or more",
            )
        return until


def _fail(file: str, node: ast.AST, what: str, advice: str) -> NoReturn:
    line, column = getattr(node, "lineno", 1), getattr(node, "col_offset", 0)
    raise SubsetFault(Fault(file, line, column + 1, what, advice))
