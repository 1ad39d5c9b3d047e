"""Whose borrowers a person may see: the one answer for loans, contacts and warnings."""

from __future__ import annotations

from collections.abc import Iterable

from forbear_server.selectors.access import Level, Screen, access_level
from forbear_server.selectors.actors import Actor
from forbear_server.selectors.worklists import visible_items
from forbear_server.store.models import EarlyWarning


def visible_refs(actor: Actor, refs: Iterable[str]) -> set[str]:
    """Those of `refs` this person may see; it does not say whether there are such borrowers.

    Compliance sees everyone; collectors and leads those of their own worklist and those with an open
    early warning, who are offered help before they are in anybody's list.
    """
    asked = set(refs)
    level = access_level(actor, Screen.LOAN)
    if level in {Level.FULL, Level.READ}:
        return asked
    if level is Level.NONE:
        return set()
    own = visible_items(actor).filter(borrower__ref__in=asked)
    warned = EarlyWarning.objects.filter(borrower__ref__in=asked, state=EarlyWarning.State.OPEN)
    # One question for both: every page and every service asks it.
    refs = own.order_by().values_list("borrower__ref", flat=True)
    return set(refs.union(warned.order_by().values_list("borrower__ref", flat=True)))
