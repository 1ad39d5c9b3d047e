"""Who may open what. The one table of roles and screens; a page asks it and nothing else."""

from __future__ import annotations

from enum import StrEnum

from forbear_server.selectors.actors import Actor, Role


class Level(StrEnum):
    """How much of a screen a role sees."""

    FULL = "full"
    READ = "read"
    TEAM = "team"
    OWN = "own"
    NONE = "none"


class Screen(StrEnum):
    OVERVIEW = "C02"
    IMPORTS = "C03"
    RUNS = "C04"
    WORKLIST = "C06"
    LOAN = "C07"
    RULES = "C13"
    MAY_CONTACT = "C14"
    EVIDENCE = "C15"
    TEMPLATES = "C12"
    SCORECARDS = "C17"
    CHANNELS = "C23"


_TABLE: dict[Screen, dict[Role, Level]] = {
    Screen.OVERVIEW: {
        Role.COLLECTOR: Level.OWN,
        Role.LEAD: Level.TEAM,
        Role.STRATEGIST: Level.FULL,
        Role.COMPLIANCE: Level.FULL,
        Role.COMPLAINTS: Level.READ,
        Role.ADMIN: Level.READ,
    },
    Screen.IMPORTS: {
        Role.STRATEGIST: Level.READ,
        Role.COMPLIANCE: Level.READ,
        Role.ADMIN: Level.FULL,
    },
    Screen.RUNS: {
        Role.STRATEGIST: Level.READ,
        Role.COMPLIANCE: Level.READ,
        Role.ADMIN: Level.FULL,
    },
    Screen.WORKLIST: {
        Role.COLLECTOR: Level.OWN,
        Role.LEAD: Level.TEAM,
        Role.COMPLIANCE: Level.READ,
    },
    # A complaint handler reads a borrower with an open complaint; complaints come with C09.
    Screen.LOAN: {
        Role.COLLECTOR: Level.OWN,
        Role.LEAD: Level.TEAM,
        Role.COMPLIANCE: Level.READ,
    },
    Screen.RULES: {
        Role.COLLECTOR: Level.READ,
        Role.LEAD: Level.READ,
        Role.STRATEGIST: Level.READ,
        Role.COMPLIANCE: Level.FULL,
        Role.COMPLAINTS: Level.READ,
        Role.ADMIN: Level.READ,
    },
    Screen.MAY_CONTACT: {
        Role.COLLECTOR: Level.FULL,
        Role.LEAD: Level.FULL,
        Role.STRATEGIST: Level.FULL,
        Role.COMPLIANCE: Level.FULL,
        Role.COMPLAINTS: Level.FULL,
    },
    # Reading shows codes and pseudonyms; who it is about is opened by compliance, for a reason.
    Screen.EVIDENCE: {
        Role.COLLECTOR: Level.OWN,
        Role.LEAD: Level.TEAM,
        Role.STRATEGIST: Level.READ,
        Role.COMPLIANCE: Level.FULL,
        Role.COMPLAINTS: Level.OWN,
        Role.ADMIN: Level.READ,
    },
    # Written by leads and strategists, approved by compliance; the service asks who wrote it.
    Screen.TEMPLATES: {
        Role.COLLECTOR: Level.READ,
        Role.LEAD: Level.FULL,
        Role.STRATEGIST: Level.FULL,
        Role.COMPLIANCE: Level.FULL,
        Role.COMPLAINTS: Level.READ,
    },
    # Ids and counts only. Replies nobody is known to have written are listed, masked, for leads and
    # compliance (`selectors.inbound.READERS`).
    Screen.CHANNELS: {
        Role.LEAD: Level.TEAM,
        Role.STRATEGIST: Level.READ,
        Role.COMPLIANCE: Level.READ,
        Role.ADMIN: Level.FULL,
    },
    # Written by strategists, approved by compliance; the service asks which of the two it is.
    Screen.SCORECARDS: {
        Role.LEAD: Level.READ,
        Role.STRATEGIST: Level.FULL,
        Role.COMPLIANCE: Level.FULL,
    },
}


def access_level(actor: Actor, screen: Screen) -> Level:
    return _TABLE[screen].get(actor.role, Level.NONE)


def roles_with_access(screen: Screen) -> list[Role]:
    return list(_TABLE[screen])


def may_write(actor: Actor, screen: Screen) -> bool:
    """Reading is never writing; the worklist is written by those who work from it."""
    return access_level(actor, screen) in {Level.FULL, Level.TEAM, Level.OWN}
