"""From the name of a preset and a place of data to a sample, with the digest of what was read."""

from __future__ import annotations

from pathlib import Path

from forbear.scoring.cards import Scorecard
from forbear.scoring.errors import ScoringRefused
from forbear.scoring.training.card_panel import panel_sample, read_panel
from forbear.scoring.training.reading import data_digest
from forbear.scoring.training.samples import Sample, Taken
from forbear.scoring.training.superlender import read_superlender, superlender_sample
from forbear.scoring.training.tables import TableOptions, table_file, table_rows, table_sample

WITH_TARGET = {"superlender": "good_bad_flag", "card-panel": "STATUS"}


def sample_to_train(preset: str, data: Path, options: TableOptions | None) -> Taken:
    """The sample a card is trained or measured on."""
    _require_place(data)
    if preset == "table":
        if options is None:
            raise ScoringRefused(
                "options-missing",
                "Preset table needs to know its columns: give --target COLUMN and --id COLUMN.",
            )
        sample = table_sample(data, options)
        return Taken(sample, data_digest([table_file(data)]), options.target)
    if options is not None:
        raise ScoringRefused(
            "options-unclear",
            f"Preset {preset} fixes its columns: leave out --target, --id and the other options of "
            "preset table.",
        )
    sample, files = _shipped(preset, data, with_outcomes=True)
    return Taken(sample, data_digest(files), WITH_TARGET[preset])


def sample_to_score(card: Scorecard, data: Path) -> Sample:
    """The rows a card is asked about; no outcome is read."""
    _require_place(data)
    if card.preset == "table":
        return table_rows(card, data)
    return _shipped(card.preset, data, with_outcomes=False)[0]


def _shipped(preset: str, data: Path, *, with_outcomes: bool) -> tuple[Sample, list[Path]]:
    if preset == "superlender":
        tables, files = read_superlender(data, with_outcomes=with_outcomes)
        return superlender_sample(tables, with_outcomes=with_outcomes), files
    if preset == "card-panel":
        rows, applicants, files = read_panel(data, with_groups=with_outcomes)
        return panel_sample(rows, applicants, with_outcomes=with_outcomes), files
    raise ScoringRefused("preset-unknown", f"No preset is called {preset}: see `scoring recipes`.")


def _require_place(data: Path) -> None:
    if not data.exists():
        raise ScoringRefused(
            "file-missing", f"There is no file or folder {data}: name the data with --data."
        )
