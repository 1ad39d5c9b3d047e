"""Every shape by name, with the fields it can fill; presets and mapping files by name."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from importlib import resources
from pathlib import Path

from forbear.intake.finding_log import FindingLog
from forbear.intake.mappings import (
    MappingFaulty,
    ShapeFields,
    TapeMapping,
    preset_names,
    read_mapping,
    read_mapping_file,
)
from forbear.intake.presets import card_panel, superlender, xente
from forbear.intake.shapes import flat, tables
from forbear.intake.shapes.shaped import ShapeContext, Shaped
from forbear.intake.typed_rows import TypedRows

Shape = Callable[[TypedRows, FindingLog, ShapeContext], Shaped]

SHAPES: Mapping[str, tuple[ShapeFields, Shape]] = {
    "tables": (tables.FIELDS, tables.shape),
    "flat": (flat.FIELDS, flat.shape),
    "card_panel": (card_panel.FIELDS, card_panel.shape),
    "xente": (xente.FIELDS, xente.shape),
    "superlender": (superlender.FIELDS, superlender.shape),
}
SHAPE_FIELDS: Mapping[str, ShapeFields] = {name: fields for name, (fields, _) in SHAPES.items()}


def preset(name: str) -> TapeMapping:
    """A shipped mapping. Raises `MappingFaulty` for a name that is none."""
    if name not in preset_names():
        known = ", ".join(preset_names())
        raise MappingFaulty(
            f"No preset is called {name!r}. Known: {known}; or give --mapping FILE."
        )
    path = resources.files("forbear.intake").joinpath(f"presets/{name}.yaml")
    text = path.read_text(encoding="utf-8")
    return replace(read_mapping(text, file=f"{name}.yaml", shapes=SHAPE_FIELDS), is_shipped=True)


def mapping_file(path: Path) -> TapeMapping:
    """A lender's own mapping file."""
    return read_mapping_file(path, shapes=SHAPE_FIELDS)
