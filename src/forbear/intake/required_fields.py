"""Required fields that a mapping leaves unfilled: the tape would have no due date, no principal."""

from forbear.intake.fields import KEYS
from forbear.intake.mappings import FileMapping, TapeMapping
from forbear.intake.presets.catalogue import SHAPE_FIELDS
from forbear.intake.typed_rows import PARTIAL_KINDS


def unmapped_required(mapping: TapeMapping, part: FileMapping, kind: str) -> list[str]:
    """Required fields (TABLE.FIELD) of the tables this file fills that nothing fills."""
    filled = {(c.table, c.field) for c in part.columns}
    filled |= {(table, name) for table, name, _ in part.constants}
    missing = []
    for table in sorted({table for table, _ in filled}):
        if mapping.currency:
            filled.add((table, "currency"))
        for name, known in SHAPE_FIELDS[mapping.shape][table].items():
            keys = KEYS.get(table, ())
            is_needed = name in keys if kind in PARTIAL_KINDS else known.required
            if is_needed and (table, name) not in filled:
                missing.append(f"{table}.{name}")
    return missing
