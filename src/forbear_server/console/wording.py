"""The fixed words of the console: one place for each closed set, so a label is the same everywhere."""

from __future__ import annotations

from django.utils.translation import gettext_lazy

from forbear_server.selectors.actors import Role

_ROLES = {
    Role.COLLECTOR: gettext_lazy("催收员"),
    Role.LEAD: gettext_lazy("组长"),
    Role.STRATEGIST: gettext_lazy("策略"),
    Role.COMPLIANCE: gettext_lazy("合规专员"),
    Role.COMPLAINTS: gettext_lazy("投诉专员"),
    Role.ADMIN: gettext_lazy("管理员"),
}


def role_name(role: Role) -> str:
    return str(_ROLES[role])
