"""`forbear import --desk`: into the desk's own book, with persons encrypted in the database."""

from __future__ import annotations

from pathlib import Path

from forbear.intake.checking import CheckRequest
from forbear.intake.mappings import TapeMapping
from forbear.intake.reports import ImportReport
from forbear_server.cli.desk import open_desk
from forbear_server.cli.presenting import refusing
from forbear_server.selectors.lenders import LenderUnknown
from forbear_server.services.import_acceptance import import_for_lender
from forbear_server.ui.clock import wall_now


def import_at_desk(
    source: Path, mapping: TapeMapping, request: CheckRequest, *, clean_rows_only: bool
) -> ImportReport:
    """Take the tape for a registered lender; an unknown lender ends the command with advice."""
    open_desk()
    with refusing(LenderUnknown):
        return import_for_lender(
            lender_code=request.lender,
            source=source,
            mapping=mapping,
            kind=request.kind,
            business_date=request.business_date,
            now=wall_now(),
            clean_rows_only=clean_rows_only,
        )
