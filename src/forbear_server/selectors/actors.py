"""Who is acting: a frozen value every service takes, instead of a database row."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from forbear.compliance.judging import LenderPolicy
from forbear.compliance.scopes import Scope
from forbear_server.selectors.lenders import lender_row
from forbear_server.store.models import User


class Role(StrEnum):
    COLLECTOR = "collector"
    LEAD = "lead"
    STRATEGIST = "strategist"
    COMPLIANCE = "compliance"
    COMPLAINTS = "complaints"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Actor:
    user_id: int
    username: str
    display_name: str
    role: Role
    team: str
    lender_id: int
    lender_code: str
    lender_name_zh: str
    lender_name_en: str
    lender_kind: str
    lender_time_zone: str
    scope: Scope
    policy: LenderPolicy
    address: str = ""


def find_actor(user_id: int, *, address: str = "") -> Actor | None:
    """The active user of this id inside the current lender scope."""
    user = User.objects.select_related("lender").filter(pk=user_id, is_active=True).first()
    return None if user is None else actor_of(user, address=address)


def find_actor_by_name(username: str) -> Actor | None:
    """The active user of this name inside the current lender scope."""
    user = User.objects.select_related("lender").filter(username=username, is_active=True).first()
    return None if user is None else actor_of(user)


def actor_of(user: User, *, address: str = "") -> Actor:
    lender = lender_row(user.lender)
    return Actor(
        user_id=user.pk,
        username=user.username,
        display_name=user.display_name,
        role=Role(user.role),
        team=user.team,
        lender_id=user.lender_id,
        lender_code=user.lender.code,
        lender_name_zh=user.lender.name_zh,
        lender_name_en=user.lender.name_en,
        lender_kind=user.lender.kind,
        lender_time_zone=user.lender.time_zone,
        scope=lender.scope,
        policy=lender.policy,
        address=address,
    )
