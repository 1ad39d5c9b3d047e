"""Who gives a command of the desk: an account named with --as, inside its lender's scope."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from forbear.primitives.errors import RequestRefused
from forbear_server.cli.desk import open_desk
from forbear_server.selectors.access import Level, Screen, access_level
from forbear_server.selectors.actors import Actor, find_actor_by_name
from forbear_server.store.lender_scope import lender_scope, sign_in_scope


class WhoIsAsking(RequestRefused):
    """The account named with --as is unknown, or its role may not do this."""

    code = "account_unknown"


@contextmanager
def asking(account: str, screen: Screen) -> Iterator[Actor]:
    """The account's person, who sees this screen. Raises `WhoIsAsking`."""
    open_desk()
    with sign_in_scope(account):
        found = find_actor_by_name(account)
    if found is None:
        raise WhoIsAsking(f"There is no active account {account}. See `forbear users list`.")
    if access_level(found, screen) is Level.NONE:
        raise WhoIsAsking(f"The role {found.role} does not see this; ask a colleague who does.")
    with lender_scope(found.lender_id):
        yield found
