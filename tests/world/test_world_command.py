"""`forbear world demo-tape` writes where it says."""

import json
from pathlib import Path

from typer.testing import CliRunner

from forbear_server.cli.world import app


def test_demo_tape_command_names_what_it_wrote(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["demo-tape", "--out", str(tmp_path), "--seed", "7", "--json"])
    assert done.exit_code == 0
    assert sorted(json.loads(done.stdout)) == ["hesui", "qinghe", "tape_demo", "yunshan"]
    world = json.loads((tmp_path / "world.json").read_text(encoding="utf-8"))
    assert (world["seed"], world["business_date"]) == (7, "2026-11-20")
