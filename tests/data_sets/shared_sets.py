"""Where the project's real data sets lie, and what to skip without them."""

from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"


def data_set(name: str) -> Path:
    """The folder of a data set; skips the test by name when it is not there."""
    folder = SHARED / name
    if not folder.is_dir():
        pytest.skip(f"data set {name} is not in ../shared/data")
    return folder
