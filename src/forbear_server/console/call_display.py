"""The call panel of C07 in words."""

from __future__ import annotations

from datetime import datetime

from forbear_server.console.actors import ConsoleRequest
from forbear_server.selectors.borrower_pages import BorrowerPage
from forbear_server.selectors.calls import CallView


def call_context(
    request: ConsoleRequest, page: BorrowerPage, call: CallView | None, now: datetime
) -> dict[str, object]:
    """The open call with this borrower, if there is one."""
    return {"call": call}
