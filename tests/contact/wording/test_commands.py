"""`forbear wording` from the command line."""

import json
from pathlib import Path

from typer.testing import CliRunner

from forbear_server.cli.wording import app

run = CliRunner().invoke
TEMPLATE = """
name: first-help
version: 1
channel: sms
purpose: collect
tone: help
text: 这里是{机构}。您尾号{借据尾号}的借款应还{应还金额}。有困难请联系{客服电话}，回复TD退订。
"""


def test_a_blocked_text_ends_with_status_2_and_its_findings() -> None:
    told = run(app, ["screen", "不还就告诉你单位", "--lender", "青禾", "--json"])
    assert told.exit_code == 2
    body = json.loads(told.stdout)
    assert body["outcome"] == "blocked"
    (blocked,) = [one for one in body["findings"] if one["severity"] == "block"]
    assert (blocked["kind"], blocked["words"]) == ("third_party", "告诉你单位")


def test_a_good_text_passes_with_status_0(tmp_path: Path) -> None:
    file = tmp_path / "text.txt"
    file.write_text("这里是青禾。目前应还 2,094.40 元，有困难请联系客服。", encoding="utf-8")
    options = ["--file", str(file), "--lender", "青禾", "--amount", "2094.40", "--json"]
    told = run(app, ["screen", *options])
    assert (told.exit_code, json.loads(told.stdout)) == (0, {"outcome": "passed", "findings": []})


def test_no_text_at_all_is_said_so() -> None:
    told = run(app, ["screen"])
    assert (told.exit_code, "There is no text" in told.stderr) == (1, True)


def test_a_template_is_checked(tmp_path: Path) -> None:
    file = tmp_path / "template.yaml"
    file.write_text(TEMPLATE, encoding="utf-8")
    told = run(app, ["check-template", str(file), "--json"])
    assert told.exit_code == 0
    assert {one["passed"] for one in json.loads(told.stdout)} == {True}
    file.write_text(TEMPLATE.replace("{机构}", "客服"), encoding="utf-8")
    assert run(app, ["check-template", str(file)]).exit_code == 2
    file.write_text("name: only", encoding="utf-8")
    told = run(app, ["check-template", str(file)])
    assert (told.exit_code, "is no template" in told.stderr) == (1, True)


def test_the_length_of_a_text() -> None:
    told = run(app, ["length", "善" * 71, "--json"])
    assert json.loads(told.stdout) == [
        {"encoding": "ucs2", "characters": 71, "units": 71, "parts": 2}
    ]


def test_measuring_tells_every_kind_of_both_parts() -> None:
    labelled = Path(__file__).parent / "labelled_messages.yaml"
    told = json.loads(run(app, ["measure", "--labelled", str(labelled), "--json"]).stdout)
    assert {one["part"] for one in told} == {"tuning (354)", "held_out (167)"}
    assert {one["missed"] for one in told} == {0}


def test_data_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    told = run(app, ["train-triage", "--data", str(tmp_path), "--to", str(tmp_path / "x.json")])
    assert (told.exit_code, "There is no train.parquet" in told.stderr) == (1, True)
    assert list(tmp_path.iterdir()) == []
