"""How the link is of a channel that is asked message by message (SMTP, HTTP).

Such a channel has no session to lose: its link is what the last answers said. After a fault it
is DOWN for a while and then up again, so that the next message tries it.
"""

import time
from dataclasses import dataclass

from forbear.contact.dispatch import Link


@dataclass(slots=True)
class LinkWatch:
    """What the last answers said; waits double with each fault up to `most_seconds`."""

    first_seconds: float = 1.0
    most_seconds: float = 60.0
    _until: float = 0.0
    _wait: float = 0.0
    _link: Link = Link.UP

    def went_well(self) -> None:
        self._link, self._wait = Link.UP, 0.0

    def was_limited(self, seconds: float = 0.0) -> None:
        """The channel throttles us; `seconds` is its own word, if it gave one."""
        self._pause(Link.LIMITED, seconds)

    def failed(self) -> None:
        """The channel could not be reached."""
        self._pause(Link.DOWN, 0.0)

    def link(self) -> Link:
        return self._link if time.monotonic() < self._until else Link.UP

    def _pause(self, link: Link, seconds: float) -> None:
        self._wait = min(self._wait * 2 or self.first_seconds, self.most_seconds)
        self._link, self._until = link, time.monotonic() + (seconds or self._wait)
