"""THE LAW: one folder per instrument. This page loads the shipped books, nothing more."""

import hashlib
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from types import MappingProxyType

from forbear.compliance import matters
from forbear.compliance.fact_kinds import Vocabulary, vocabulary
from forbear.compliance.rulebook import Rulebook, every_rule, load_rulebook
from forbear.compliance.rules import Rule
from forbear.contact.facts import ContactFacts

FOLDER = Path(__file__).parent


@lru_cache
def vocabularies() -> MappingProxyType[str, Vocabulary]:
    """Every facts class a rule file may name: contact, and each matter's own."""
    found = {ContactFacts.__name__: vocabulary(ContactFacts)}
    for info in iter_modules(matters.__path__):
        module = import_module(f"{matters.__name__}.{info.name}")
        for name, held in vars(module).items():
            if name.endswith("Facts") and getattr(held, "__module__", "") == module.__name__:
                found[name] = vocabulary(held)
    return MappingProxyType(found)


@lru_cache
def load_books() -> tuple[Rulebook, ...]:
    """Every shipped book, by folder name. Raises `RulebookFaulty`; nothing loads by halves."""
    return books_in(FOLDER)


def books_in(folder: Path) -> tuple[Rulebook, ...]:
    """Every book below a folder, by name. Raises `RulebookFaulty`; nothing loads by halves."""
    books = tuple(
        load_rulebook(path.parent, vocabularies())
        for path in sorted(folder.glob("*/instrument.yaml"))
    )
    every_rule(books)
    return books


@lru_cache
def rules() -> tuple[Rule, ...]:
    """Every rule of every shipped book."""
    return every_rule(load_books())


@lru_cache
def rules_by_id() -> MappingProxyType[str, Rule]:
    """The same by id."""
    return MappingProxyType({rule.id: rule for rule in rules()})


@lru_cache
def version() -> str:
    """The digest of all shipped books, shortened: what a decision says it was made with."""
    return version_of(load_books())


def version_of(books: tuple[Rulebook, ...]) -> str:
    """The version these books are, by their digests."""
    held = hashlib.sha256("".join(book.digest for book in books).encode())
    return "books-" + held.hexdigest()[:16]
