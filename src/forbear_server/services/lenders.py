"""Register a lender on this installation, and set which rules bind it."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from forbear import rulebooks
from forbear.compliance.citations import Strength
from forbear.compliance.judging import ALWAYS_BIND, PolicyTooWeak
from forbear.primitives.errors import RequestRefused
from forbear_server.services.evidence import append_evidence
from forbear_server.store.lender_scope import lender_scope
from forbear_server.store.models import Lender


class RulesUnknown(RequestRefused):
    """A jurisdiction or a membership that no rulebook knows: nothing was changed."""

    code = "rules_unknown"


@transaction.atomic
def register_lender(
    *,
    code: str,
    name_zh: str,
    name_en: str,
    kind: str,
    now: datetime,
    currency: str = "CNY",
    time_zone: str = "Asia/Shanghai",
    jurisdiction: str = "CN",
) -> int:
    """The id of the lender with this code, registered now if it was not; safe to repeat."""
    lender, is_new = Lender.objects.get_or_create(
        code=code,
        defaults={
            "name_zh": name_zh,
            "name_en": name_en,
            "kind": kind,
            "currency": currency,
            "time_zone": time_zone,
            "jurisdiction": jurisdiction,
        },
    )
    if is_new:
        with lender_scope(lender.pk):
            append_evidence(
                "lender.registered", now=now, lender_id=lender.pk, about=f"lender:{code}"
            )
    return int(lender.pk)


@transaction.atomic
def set_lender_rules(
    *,
    code: str,
    jurisdiction: str,
    memberships: tuple[str, ...] | None,
    advisory_strengths: tuple[Strength, ...],
    now: datetime,
) -> None:
    """Under which law a lender stands, whose member it is, which soft rules merely advise.

    `memberships` None: what its kind usually means. Raises `PolicyTooWeak` when 严禁 or 不得 would
    merely advise, `RulesUnknown` for a word that no rulebook knows, `Lender.DoesNotExist` for an
    unknown code; nothing is changed then.
    """
    if ALWAYS_BIND & set(advisory_strengths):
        raise PolicyTooWeak(
            "严禁 and 不得 always bind; only should_not (不应) and not_advisable (不宜) may advise. "
            "Nothing was changed."
        )
    _check_known(jurisdiction, memberships or ())
    lender = Lender.objects.select_for_update().get(code=code)
    lender.jurisdiction = jurisdiction
    lender.memberships = None if memberships is None else sorted(memberships)
    lender.advisory_strengths = sorted(advisory_strengths)
    lender.save(update_fields=["jurisdiction", "memberships", "advisory_strengths"])
    with lender_scope(lender.pk):
        append_evidence(
            "lender.rules_set",
            now=now,
            lender_id=lender.pk,
            about=f"lender:{code}",
            body={
                "jurisdiction": jurisdiction,
                "memberships": lender.memberships,
                "advisory_strengths": lender.advisory_strengths,
            },
        )


def _check_known(jurisdiction: str, memberships: tuple[str, ...]) -> None:
    """A word that no rule knows would silently free the lender from the rules it was meant for."""
    reaches = [rule.reach for rule in rulebooks.rules()]
    places = sorted({reach.jurisdiction for reach in reaches})
    bodies = sorted({reach.membership for reach in reaches if reach.membership})
    if jurisdiction not in places:
        raise RulesUnknown(
            f"No rulebook is of {jurisdiction!r}; there are {', '.join(places)}. Nothing was changed."
        )
    unknown = sorted(set(memberships) - set(bodies))
    if unknown:
        raise RulesUnknown(
            f"No rulebook binds members of {', '.join(unknown)}; there are {', '.join(bodies)}. "
            "Nothing was changed."
        )
