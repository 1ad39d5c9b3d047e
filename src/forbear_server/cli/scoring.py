"""`forbear scoring`: train a score card, score with it, tell how good it is. Needs no database."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from forbear.scoring import model_cards
from forbear.scoring.card_texts import card_digest, card_text, read_card
from forbear.scoring.cards import Scorecard
from forbear.scoring.errors import ScoringRefused
from forbear.scoring.training.making import make_card
from forbear.scoring.training.predictions import predictions, write_predictions
from forbear.scoring.training.recipes import recipes
from forbear.scoring.training.reporting import report_on
from forbear.scoring.training.tables import TableOptions
from forbear_server.cli.presenting import refusing, say, show_records
from forbear_server.cli.scoring_data import data_to_measure, data_to_score, data_to_train
from forbear_server.cli.scoring_outputs import require_writable, write_text

app = typer.Typer(
    no_args_is_help=True,
    help="Score cards of whole points: fit, predict, report. The outcome scored is the bad one.",
)
STAGES = {"try": "Trials 试算", "grow": "Table 成表", "measure": "Measures 度量"}
ADVANCED = "Preset table"

DataOption = Annotated[Path, typer.Option(help="Folder of the data set, or the file of a table.")]
SeedOption = Annotated[int, typer.Option(min=0, help="Recorded in the card; same seed, same card.")]
TargetOption = Annotated[str | None, typer.Option(help="Outcome column.", rich_help_panel=ADVANCED)]
IdOption = Annotated[
    list[str] | None,
    typer.Option(
        "--id", help="Id column; repeat. The first is the person.", rich_help_panel=ADVANCED
    ),
]
PersonOption = Annotated[
    str | None,
    typer.Option(help="Person column, if not the first id.", rich_help_panel=ADVANCED),
]
TimeOption = Annotated[
    str | None,
    typer.Option(help="When the score would have been asked.", rich_help_panel=ADVANCED),
]
EventOption = Annotated[
    str | None, typer.Option(help="The target's bad value, if not 1.", rich_help_panel=ADVANCED)
]
AmountOption = Annotated[
    str | None,
    typer.Option(help="Train an amount (minor units) instead.", rich_help_panel=ADVANCED),
]
InputsOption = Annotated[
    list[str] | None,
    typer.Option(
        "--inputs", help="Presets table, book: only these; repeat.", rich_help_panel=ADVANCED
    ),
]
DropOption = Annotated[
    list[str] | None,
    typer.Option("--drop", help="No input; repeat.", rich_help_panel=ADVANCED),
]
GroupOption = Annotated[
    list[str] | None,
    typer.Option("--group", help="For the fairness report only.", rich_help_panel=ADVANCED),
]
AllowOption = Annotated[
    list[str] | None,
    typer.Option(
        "--allow-sensitive",
        help="COLUMN=REASON; the card carries the reason.",
        rich_help_panel=ADVANCED,
    ),
]
RisesOption = Annotated[
    list[str] | None,
    typer.Option("--rises", help="Risk may only rise with it.", rich_help_panel=ADVANCED),
]
FallsOption = Annotated[
    list[str] | None,
    typer.Option("--falls", help="Risk may only fall with it.", rich_help_panel=ADVANCED),
]
HoldoutOption = Annotated[
    str | None,
    typer.Option(help="1 where chance left the row uncontacted.", rich_help_panel=ADVANCED),
]
VersionOption = Annotated[int, typer.Option(min=1, help="The desk keeps each number once.")]
AsOfOption = Annotated[
    list[str] | None,
    typer.Option("--as-of", help="Preset book: day looked at, 2026-05-31; repeat."),
]
SimulatedOption = Annotated[
    bool, typer.Option(help="The data are invented: the card never scores real people.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command()
def fit(
    data: DataOption,
    out: Annotated[Path, typer.Option(help="The card to write (JSON).")],
    recipe: Annotated[str, typer.Option(help="What it tells: `forbear scoring recipes`.")],
    preset: Annotated[str, typer.Option(help="How the data are laid out.")],
    seed: SeedOption = 1,
    version: VersionOption = 1,
    target: TargetOption = None,
    id_: IdOption = None,
    person: PersonOption = None,
    time: TimeOption = None,
    event: EventOption = None,
    amount: AmountOption = None,
    inputs: InputsOption = None,
    drop: DropOption = None,
    group: GroupOption = None,
    allow_sensitive: AllowOption = None,
    rises: RisesOption = None,
    falls: FallsOption = None,
    holdout: HoldoutOption = None,
    as_of: AsOfOption = None,
    simulated: SimulatedOption = False,
    as_json: JsonOption = False,
) -> None:
    """Train a card; written whole or, when refused (status 2), not at all.

    Examples:

    forbear scoring fit --recipe early_warning --preset superlender --data ../shared/data/superlender_ng --out card.json

    forbear scoring fit --recipe early_warning --preset table --data clients.parquet --target default --id ID --drop SEX --out card.json
    """
    with _refusing():
        require_writable(out)
        options: dict[str, Any] = {
            "person": person, "time": time, "event": event, "amount": amount,
            "inputs": tuple(inputs or ()), "drop": tuple(drop or ()), "groups": tuple(group or ()),
            "allow": _reasons(allow_sensitive), "rises": tuple(rises or ()),
            "falls": tuple(falls or ()), "holdout": holdout,
        }  # fmt: skip
        table = _table(preset, target, id_, options)
        where = (recipe, preset, data)
        days, chosen = as_of or (), options["inputs"]
        taken = data_to_train(*where, table=table, days=days, inputs=chosen, simulated=simulated)
        with _progress(is_quiet=as_json) as advance:
            card = make_card(
                recipe, preset, taken, seed=seed, version=version, table=table, advance=advance
            )
        write_text(out, card_text(card))
    _tell_card(card, out, as_json=as_json)


@app.command()
def predict(
    card: Annotated[Path, typer.Option(help="A card of `forbear scoring fit`.")],
    data: DataOption,
    out: Annotated[Path, typer.Option(help="Parquet file to write, one row a row of the data.")],
    as_of: AsOfOption = None,
    as_json: JsonOption = False,
) -> None:
    """Score rows; the data need no outcome, the preset is read from the card.

    Columns: the ids, probability, points, base_points, reasons (every characteristic with its
    points, largest loss first). base_points and the reasons' points add to points in every row.
    A card of amounts has amount, low and high (minor units) in place of probability.

    Example: forbear scoring predict --card card.json --data ../shared/data/superlender_ng --out predictions.parquet
    """
    with _refusing():
        require_writable(out)
        read = _card(card)
        with _progress(is_quiet=as_json) as advance:
            advance("measure", 0, 1)
            frame = predictions(read, data_to_score(read, data, as_of or ()))
            write_predictions(frame, out)
            advance("measure", 1, 1)
    if as_json:
        told = {"rows": frame.height, "out": str(out), "card": card_digest(read)}
        typer.echo(json.dumps(told, ensure_ascii=False, indent=2))
        return
    say(f"{frame.height:,} rows scored by {read.name} version {read.version}; written to {out}.")


@app.command()
def report(
    card: Annotated[Path, typer.Argument(help="A card of `forbear scoring fit`.")],
    data: Annotated[
        Path | None, typer.Option(help="Data with outcomes, laid out as the card's preset.")
    ] = None,
    html: Annotated[Path | None, typer.Option(help="Write the model card as HTML.")] = None,
    markdown: Annotated[Path | None, typer.Option(help="Write it as Markdown.")] = None,
    language: Annotated[str, typer.Option(help="zh-Hans or en.")] = "zh-Hans",
    as_of: AsOfOption = None,
    as_json: JsonOption = False,
) -> None:
    """How good a card is: as measured in training, and with --data on other rows.

    With --data: measures with 95 % intervals by person, reliability, drift against training, groups.

    Example: forbear scoring report card.json --data ../shared/data/superlender_ng --html card.html
    """
    with _refusing():
        read = _card(card)
        for page in (html, markdown):
            if page is not None:
                require_writable(page)
        found = None
        if data is not None:
            found = report_on(read, data_to_measure(read, data, as_of or ()))
        if html is not None:
            write_text(html, model_cards.model_card_html(read, language=_language(language)))
        if markdown is not None:
            write_text(
                markdown, model_cards.model_card_markdown(read, language=_language(language))
            )
    if as_json:
        told = {
            "card": read.name, "digest": card_digest(read),
            "validation": dict(read.validation), "on_data": found,
        }  # fmt: skip
        typer.echo(json.dumps(told, ensure_ascii=False, indent=2))
        return
    _tell_measures(f"{read.name}: in training", read.validation)
    if found is not None:
        _tell_measures(f"{read.name}: on {data}", found)


@app.command("recipes")
def recipes_(as_json: JsonOption = False) -> None:
    """What can be trained, from what, with which presets.

    Example: forbear scoring recipes
    """
    rows = [
        {
            "recipe": one.name,
            "tells": one.says["en"],
            "presets": ", ".join(one.presets),
            "trained": one.trained,
        }
        for one in recipes()
    ]
    show_records(rows, as_json=as_json, title="Recipes")


@contextmanager
def _refusing() -> Iterator[None]:
    """A refusal says what and what to do, and ends with 2; nothing was written."""
    try:
        with refusing():
            yield
    except ScoringRefused as mistake:
        Console(stderr=True).print(str(mistake), style="red", markup=False, soft_wrap=True)
        raise typer.Exit(2) from None


def _table(
    preset: str, target: str | None, ids: list[str] | None, options: dict[str, Any]
) -> TableOptions | None:
    amount = options["amount"]
    if preset != "table":
        own = {"inputs"} if preset == "book" else set()
        given = [name for name, value in options.items() if value and name not in own]
        if given or target or ids:
            raise ScoringRefused(
                "options-unclear",
                f"Preset {preset} fixes its columns: leave out --target, --id and the other options "
                "of preset table.",
            )
        return None
    if not (target or amount) or not ids:
        raise ScoringRefused(
            "options-missing",
            "Preset table needs to know its columns: give --target COLUMN (or --amount COLUMN) and "
            "--id COLUMN.",
        )
    return TableOptions(target=target or amount, ids=tuple(ids), **options)


def _reasons(given: list[str] | None) -> dict[str, str]:
    found = {}
    for one in given or ():
        column, sign, reason = one.partition("=")
        if not sign or not reason.strip():
            raise ScoringRefused(
                "options-unclear",
                f"--allow-sensitive {one}: write COLUMN=REASON; the card carries the reason.",
            )
        found[column] = reason.strip()
    return found


def _card(path: Path) -> Scorecard:
    try:
        return read_card(path.read_text(encoding="utf-8"))
    except UnicodeDecodeError:
        raise ScoringRefused(
            "card-faulty", f"{path} is no score card: write one with `forbear scoring fit`."
        ) from None


def _language(name: str) -> str:
    if name not in ("zh-Hans", "en"):
        raise ScoringRefused("options-unclear", f"--language {name}: zh-Hans or en.")
    return name


def _tell_card(card: Scorecard, out: Path, *, as_json: bool) -> None:
    if as_json:
        told = {
            "card": card.name, "out": str(out), "digest": card_digest(card),
            "base_points": card.scale.base_points, "characteristics": len(card.characteristics),
            "training": dict(card.training), "validation": dict(card.validation),
        }  # fmt: skip
        typer.echo(json.dumps(told, ensure_ascii=False, indent=2))
        return
    _tell_measures(f"{card.name}: rows no trial table had seen", card.validation)
    for one in card.training.get("refused", ()):
        say(f"Not an input: {one['column']} ({one['reason']})")
    say(f"{len(card.characteristics)} characteristics, base {card.scale.base_points} points.")
    say(f"Written to {out}, SHA-256 {card_digest(card)}.")


def _tell_measures(title: str, told: Any) -> None:
    head = (
        f"{title} ({told.get('kind', 'given')}, {told['rows']:,} rows, {told['events']:,} events)"
    )
    rows = [_measure("points table", told["measures"])]
    rows += [_measure(name, one) for name, one in told.get("challengers", {}).items()]
    show_records(rows, as_json=False, title=head)
    if told.get("fairness"):
        show_records(told["fairness"], as_json=False, title="Groups, parts per million")
    drift = [one for one in told.get("psi", ()) if float(one["psi"]) >= 0.10]
    for one in drift:
        say(f"Scores of {one['period']} differ from those of training: PSI {one['psi']}.")


def _measure(name: str, told: Any) -> dict[str, str]:
    row = {"model": name}
    for key, value in told.items():
        if isinstance(value, dict) and key != "difference":
            row[key] = f"{value['value'][:6]} ({value['low'][:6]} to {value['high'][:6]})"
    return row


@contextmanager
def _progress(*, is_quiet: bool) -> Iterator[Callable[[str, int, int], None]]:
    """A bar a stage, on the error stream; gone when the work is done."""
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        disable=is_quiet,
        transient=True,
    )
    tasks: dict[str, TaskID] = {}

    def advance(stage: str, done: int, total: int) -> None:
        if stage not in tasks:
            tasks[stage] = bar.add_task(STAGES.get(stage, stage), total=total)
        bar.update(tasks[stage], completed=done, total=total)

    with bar:
        yield advance
