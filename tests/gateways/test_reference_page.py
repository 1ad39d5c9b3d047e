"""docs/reference/channels.md names every key of every gateway, and every default that is a word."""

from dataclasses import MISSING, fields
from pathlib import Path

import pytest

from forbear_server.gateways.configured import KINDS

PAGE = Path(__file__).resolve().parent.parent.parent / "docs" / "reference" / "channels.md"


@pytest.mark.parametrize("name", sorted(KINDS))
def test_every_key_of_a_gateway_is_on_the_page(name: str) -> None:
    section = PAGE.read_text("utf-8").split(f"\n## {name}\n")[1].split("\n## ")[0]
    table = [line for line in section.splitlines() if line.startswith("|")]
    keys = {held.name for held in fields(KINDS[name].settings)} - {"sender", "channel"}
    named = {
        word.strip("`") for line in table for word in line.split("|")[1].replace(",", " ").split()
    }
    assert sorted(keys - named) == []


@pytest.mark.parametrize("name", sorted(KINDS))
def test_the_defaults_on_the_page_are_the_codes(name: str) -> None:
    section = PAGE.read_text("utf-8").split(f"\n## {name}\n")[1].split("\n## ")[0]
    rows = {
        line.split("|")[1].strip(" `"): line.split("|")[2].strip(" `")
        for line in section.splitlines()
        if line.startswith("| `") and "," not in line.split("|")[1]
    }
    for held in fields(KINDS[name].settings):
        if held.name not in rows or isinstance(held.default, tuple):
            continue
        said = rows[held.name]
        if held.default is MISSING:
            assert said == "needed"
        elif isinstance(held.default, bool):
            assert said == str(held.default).lower()
        elif isinstance(held.default, int | float):
            assert float(said) == held.default
        elif held.default:
            assert said == held.default
