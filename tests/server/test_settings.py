"""The table of settings says what the code reads, and reading the settings touches no disk."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
NAME = re.compile(r"FORBEAR_[A-Z_]+")


def test_every_setting_is_documented_with_its_default() -> None:
    source = (ROOT / "src/forbear_server/settings.py").read_text()
    read = set(re.findall(r'_(?:text|switch|list)\("(FORBEAR_[A-Z_]+)"', source))
    table = (ROOT / "docs/reference/settings.md").read_text()
    documented = set(re.findall(r"^\| `(FORBEAR_[A-Z_]+)`", table, re.M))
    assert documented == read


def test_reading_the_settings_makes_no_file(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    code = "import forbear_server.settings as s; print(s.DATA_DIR)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "FORBEAR_DATA_DIR": str(folder)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == str(folder)
    assert not folder.exists()


def test_secrets_are_made_once_and_only_for_their_owner(tmp_path: Path) -> None:
    code = "import forbear_server.settings as s; print(str(s.SECRET_KEY))"
    environment = {**os.environ, "FORBEAR_DATA_DIR": str(tmp_path), "FORBEAR_SECRET_KEY": ""}
    keys = {
        subprocess.run(
            [sys.executable, "-c", code],
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for _ in range(2)
    }
    assert len(keys) == 1
    assert (tmp_path / "secret.key").stat().st_mode & 0o777 == 0o600
