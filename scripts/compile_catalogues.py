"""Translations: Chinese is the source text, English a catalogue beside it. Babel, not gettext.

python scripts/compile_catalogues.py             # .po to .mo, at set-up
python scripts/compile_catalogues.py --collect   # add texts the catalogue lacks, empty
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from pathlib import Path

import django
from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent / "src" / "forbear_server"
PO = ROOT / "locale" / "en" / "LC_MESSAGES" / "django.po"
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
}


def texts() -> Iterator[tuple[str | tuple[str, ...], str | None, str]]:
    """Every text of Python and templates: (message, context, where)."""
    for path in sorted(ROOT.rglob("*")):
        if path.suffix == ".py" and "migrations" not in path.parts:
            source = path.read_text(encoding="utf-8")
        elif path.suffix == ".html":
            source = templatize(path.read_text(encoding="utf-8"))
        else:
            continue
        where = path.relative_to(ROOT).as_posix()
        for _, message, _, context in extract(
            "python", io.BytesIO(source.encode()), keywords=KEYWORDS
        ):
            yield message, context, where


def catalogue() -> Catalog:
    with PO.open("rb") as file:
        return read_po(file, locale="en")


def collect() -> int:
    """Add what is missing with an empty translation; drop what nothing uses. How many are empty."""
    old = catalogue() if PO.exists() else Catalog(locale="en")
    new = Catalog(locale="en", project="Forbear", charset="utf-8", header_comment="# English.")
    for message, context, where in texts():
        known = old.get(message[0] if isinstance(message, tuple) else message, context)
        translation = known.string if known else ""
        new.add(message, translation, locations=[(where, 0)], context=context)
    with PO.open("wb") as file:
        write_po(file, new, width=100, include_lineno=False, sort_output=True)
    return sum(1 for entry in new if entry.id and not _is_translated(entry.string))


def compile_all() -> None:
    for po in ROOT.glob("locale/*/LC_MESSAGES/*.po"):
        with po.open("rb") as source:
            made = read_po(source, locale=po.parts[-3])
        with po.with_suffix(".mo").open("wb") as target:
            write_mo(target, made)


def _is_translated(text: str | tuple[str, ...]) -> bool:
    return all(text) if isinstance(text, tuple) else bool(text)


if __name__ == "__main__":
    if "--collect" in sys.argv[1:]:
        if not settings.configured:
            settings.configure(USE_I18N=True)
        django.setup()
        sys.stdout.write(f"{collect()} texts wait for English in {PO.name}\n")
    compile_all()
