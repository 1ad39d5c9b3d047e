"""`forbear wording`: screen a text, check a template, count a message's parts, train, measure."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
import yaml

from forbear.contact.channels import Channel
from forbear.contact.wording.checks import checked
from forbear.contact.wording.errors import TemplateFaulty, WordingRefused
from forbear.contact.wording.facts import Case, Direction, Language
from forbear.contact.wording.lengths import sms_parts
from forbear.contact.wording.linear import leaning, read_model
from forbear.contact.wording.measuring import (
    Measured,
    Share,
    accuracy,
    measured_classes,
    measured_kinds,
    read_labelled,
)
from forbear.contact.wording.normalising import normalised
from forbear.contact.wording.rules import KIND_WORDS
from forbear.contact.wording.screening import Outcome, Screening, screen
from forbear.contact.wording.templates import MessageTemplate, Tone, digest
from forbear.contact.wording.training import models
from forbear.contact.wording.training.doubting import doubt_model
from forbear.contact.wording.training.texts import cold_texts, complaint_texts
from forbear.contact.wording.triage import complaint_classes, triage
from forbear.primitives.errors import RequestRefused
from forbear.primitives.money import Currency, minor_from_text
from forbear_server.cli.presenting import refusing, say, show_records

app = typer.Typer(no_args_is_help=True, help="Words to borrowers and from them.")
AsJson = Annotated[bool, typer.Option("--json", help="Print as JSON.")]


@app.command("screen")
def screen_(
    text: Annotated[str | None, typer.Argument(help="The text; or use --file.")] = None,
    file: Annotated[Path | None, typer.Option(help="A file that holds the text.")] = None,
    direction: Annotated[Direction, typer.Option(help="Which way the text goes.")] = (
        Direction.OUTGOING
    ),
    lender: Annotated[list[str] | None, typer.Option(help="A name of the lender.")] = None,
    amount: Annotated[
        list[str] | None, typer.Option(help="An amount of the case: 2094.40.")
    ] = None,
    currency: Annotated[Currency, typer.Option(help="Currency of the amounts.")] = Currency.CNY,
    time_barred: Annotated[bool, typer.Option("--time-barred")] = False,
    suit_decided: Annotated[bool, typer.Option("--suit-decided")] = False,
    unverified: Annotated[
        bool, typer.Option("--unverified", help="Who is reached is not yet identified.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Whether a text may be used, with every finding; status 2 when it is blocked.

    Example: forbear wording screen "不还就告诉你单位" --lender 青禾消费金融 --amount 2094.40
    """
    with refusing(RequestRefused):
        told = file.read_text(encoding="utf-8") if file is not None else text
        if told is None:
            raise WordingRefused("There is no text: give one, or --file FILE.")
        about = Case(
            amounts_minor=frozenset(minor_from_text(one, currency) for one in amount or ()),
            currency=currency,
            lender_names=tuple(lender or ()),
            is_time_barred=time_barred,
            is_litigation_decided=suit_decided,
            is_right_party_verified=not unverified,
        )
        found = screen(told, about=about, direction=direction)
    _show_screening(found, as_json=as_json)
    if found.outcome is Outcome.BLOCKED:
        raise typer.Exit(2)


def _show_screening(found: Screening, *, as_json: bool) -> None:
    rows = [
        {
            "kind": one.kind.value,
            "word": KIND_WORDS[one.kind].zh,
            "severity": one.severity.value,
            "start": one.start,
            "end": one.end,
            "words": one.words,
            "why": one.why.zh,
            "why_en": one.why.en,
            "citations": list(one.citations),
            "suggestion": one.suggestion.zh if one.suggestion else None,
        }
        for one in found.findings
    ]
    if as_json:
        told = {"outcome": found.outcome.value, "findings": rows}
        typer.echo(json.dumps(told, ensure_ascii=False))
        return
    say(f"Outcome: {found.outcome.value}")
    shown = ("word", "severity", "words", "why", "suggestion")
    show_records(
        [
            {k: row[k] for k in shown} | {"rules": ", ".join(one.citations)}
            for row, one in zip(rows, found.findings, strict=True)
        ],
        as_json=False,
        title="Findings",
    )


@app.command("check-template")
def check_template(
    file: Annotated[Path, typer.Argument(help="YAML: name, version, channel, purpose, text …")],
    as_json: AsJson = False,
) -> None:
    """The checks of a template before it is submitted; status 2 when a required one fails.

    Example: forbear wording check-template reminder.yaml
    """
    with refusing(RequestRefused):
        template = _template(file)
        checks = checked(template)
    rows = [
        {
            "check": one.code,
            "passed": one.passed,
            "required": one.is_required,
            "says": one.says.zh,
            "says_en": one.says.en,
            "start": one.start,
            "end": one.end,
        }
        for one in checks
    ]
    show_records(rows, as_json=as_json, title=f"{template.name}/{template.version}")
    if not as_json:
        say(f"SHA-256 {digest(template)}")
    if any(one.is_required and not one.passed for one in checks):
        raise typer.Exit(2)


def _template(file: Path) -> MessageTemplate:
    try:
        told = yaml.safe_load(file.read_text(encoding="utf-8"))
        return MessageTemplate(
            name=str(told["name"]),
            version=int(told.get("version", 1)),
            channel=Channel(told["channel"]),
            purpose=str(told["purpose"]),
            language=Language(told.get("language", "zh-Hans")),
            tone=Tone(told["tone"]),
            text=str(told["text"]),
            subject=str(told.get("subject", "")),
        )
    except (KeyError, TypeError, ValueError, AttributeError, yaml.YAMLError) as fault:
        raise TemplateFaulty(
            f"{file.name} is no template: {fault}. It has name, version, channel, purpose,"
            " language, tone and text."
        ) from None


@app.command()
def length(
    text: Annotated[str, typer.Argument(help="The text of a short message.")],
    as_json: AsJson = False,
) -> None:
    """How many parts a short message takes.

    Example: forbear wording length "您好，这里是青禾消费金融。"
    """
    with refusing(RequestRefused):
        told = sms_parts(text)
    row = {
        "encoding": told.encoding.value,
        "characters": told.characters,
        "units": told.units,
        "parts": told.parts,
    }
    show_records([row], as_json=as_json, title="Length")


@app.command()
def train(
    cold: Annotated[Path, typer.Option(help="Folder of COLD (train.parquet).")],
    to: Annotated[Path, typer.Option(help="Folder to write the weights into.")],
) -> None:
    """Fit the models for pressing tone, doubt and intents, from COLD and our own texts.

    Example: forbear wording train --cold ../shared/data/zh_offensive_cold --to weights
    """
    with refusing(RequestRefused):
        to.mkdir(parents=True, exist_ok=True)
        for name, made in (
            ("pressing", models.pressing_model(cold)),
            ("doubt", doubt_model()),
            ("intents", models.intents_model()),
        ):
            (to / f"{name}.json").write_text(made, encoding="utf-8")
            say(f"{name}.json: {len(made):,} characters")


@app.command("train-triage")
def train_triage(
    data: Annotated[Path, typer.Option(help="Folder of complaints (train.parquet).")],
    to: Annotated[Path, typer.Option(help="File to write; keep it private.")],
) -> None:
    """Fit complaint triage for this installation. The data has no licence: publish neither.

    Example: forbear wording train-triage --data ../shared/data/zh_finance_complaints --to triage.json
    """
    with refusing(RequestRefused):
        to.write_text(models.triage_model(data), encoding="utf-8")
        say(f"{to.name} is written. Keep it private: its data may not be published.")


@app.command()
def measure(
    labelled: Annotated[Path | None, typer.Option(help="Labelled messages (YAML).")] = None,
    cold: Annotated[Path | None, typer.Option(help="Folder of COLD (dev.parquet).")] = None,
    complaints: Annotated[Path | None, typer.Option(help="Folder of complaints.")] = None,
    triage_model: Annotated[
        Path | None, typer.Option(help="A triage model; without one, our words.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Precision and recall with 95% intervals, by kind and part.

    Example: forbear wording measure --labelled tests/contact/wording/labelled_messages.yaml
    """
    rows: list[dict[str, object]] = []
    with refusing(RequestRefused):
        if labelled is not None:
            messages = read_labelled(labelled)
            for part in ("tuning", "held_out"):
                chosen = [one for one in messages if one.is_held_out == (part == "held_out")]
                rows += _rows(f"{part} ({len(chosen)})", measured_kinds(chosen))
        if cold is not None:
            rows += _measured_cold(cold)
        if complaints is not None:
            rows += _measured_triage(complaints, triage_model)
    show_records(rows, as_json=as_json, title="Measured")


def _measured_cold(folder: Path) -> list[dict[str, object]]:
    model = read_model(
        (Path(models.__file__).parents[1] / "weights" / "pressing.json").read_text("utf-8")
    )
    pairs = []
    for one in cold_texts(folder, "dev"):
        leans = leaning(model, normalised(one.text).plain)
        is_pressing = leans is not None and leans.is_pressing
        pairs.append((one.label, "pressing" if is_pressing else "kind"))
    return _rows(f"COLD dev ({len(pairs)})", measured_classes(pairs), accuracy(pairs))


def _measured_triage(folder: Path, file: Path | None) -> list[dict[str, object]]:
    model = read_model(file.read_text(encoding="utf-8")) if file is not None else None
    codes = {one.says.zh: one.code for one in complaint_classes()}
    pairs = [
        (codes[one.label], triage(one.text, model).code) for one in complaint_texts(folder, "dev")
    ]
    how = "model" if model is not None else "words"
    return _rows(f"complaints dev ({len(pairs)}, {how})", measured_classes(pairs), accuracy(pairs))


def _rows(
    part: str, measured: Sequence[Measured], overall: Share | None = None
) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = [
        {
            "part": part,
            "class": one.name,
            "n": one.recall.total,
            "precision": _told(one.precision),
            "recall": _told(one.recall),
            "missed": one.missed,
            "false": one.false,
        }
        for one in measured
    ]
    if overall is not None:
        rows.append(
            {
                "part": part,
                "class": "accuracy",
                "n": overall.total,
                "precision": "",
                "recall": _told(overall),
                "missed": overall.total - overall.count,
                "false": "",
            }
        )
    return rows


def _told(share: Share) -> str:
    if share.value is None:
        return "—"
    low, high = share.interval()
    return f"{share.value:.3f} [{low:.3f}, {high:.3f}]"
