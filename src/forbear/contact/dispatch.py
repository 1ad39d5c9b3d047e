"""What goes to a gateway and what comes back: one permitted message, the channel's answer, receipts.

A consignment cannot be made without the permit it is sent under: text and address are held
against the permit's digests, so what the gate did not see cannot leave. It has one address and
one borrower; a group, a post or a list of contacts cannot be written down here.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from forbear.compliance.permits import Permit
from forbear.contact.channels import Channel
from forbear.primitives.errors import InvariantBroken, RequestRefused

LARGEST_REFERENCE = 0xFFFF
LONGEST_TEXT = 2000
# From the gate's last answer: what a batch has not begun by then goes back to the queue, where the
# window, an opt-out, a hold and a stopped channel reach it.
HANDED_OVER_WITHIN = timedelta(seconds=4)


class NotThePermittedMessage(InvariantBroken):
    """Text or channel differ from what the permit was given for: we are wrong, nothing is sent."""


class AddressFaulty(RequestRefused):
    """An address no channel can reach; the message says how it must be written."""

    code = "address_faulty"


def content_digest(text: str, *, subject: str = "") -> str:
    """SHA-256 of what is said, in hexadecimal: the digest a permit names.

    >>> content_digest("您好")[:12]
    '609bc0751d56'
    """
    return hashlib.sha256(
        (f"{subject}\n\n{text}" if subject else text).encode(errors="surrogatepass")
    ).hexdigest()


@dataclass(frozen=True, slots=True)
class Consignment:
    """One message on its way out, under its permit.

    `reference` (1 to 65535) is unique among the open messages to the same address: a channel that
    echoes it in its receipts lets a message in doubt be found again. `address` is the number,
    mail address, openid or postal address itself; it lives only here and in the sealed columns.
    """

    message_id: UUID
    reference: int
    permit: Permit
    channel: Channel
    sender: str
    address: str
    text: str
    subject: str = ""
    language: str = "zh-Hans"
    # Named values a channel's own template takes (WeChat): what the text says, part by part.
    parts: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        if self.permit.channel != self.channel.value:
            raise NotThePermittedMessage(
                f"Message {self.message_id}: the permit is for {self.permit.channel}."
            )
        if self.permit.content_digest != content_digest(self.text, subject=self.subject):
            raise NotThePermittedMessage(
                f"Message {self.message_id}: its text is not the text that was permitted."
            )
        if not 1 <= self.reference <= LARGEST_REFERENCE:
            raise NotThePermittedMessage(f"Message {self.message_id}: its reference is no word.")


class Fate(StrEnum):
    """What the channel answered when it was given a message."""

    TAKEN = "taken"  # it has it; delivered or not is the receipt's word
    REFUSED = "refused"  # it will never take this one: bad address, sender not registered
    BUSY = "busy"  # not now: throttled, queue full; nothing was taken
    UNSURE = "unsure"  # no answer came: it may have it. Never sent again blindly


@dataclass(frozen=True, slots=True)
class Answer:
    """The channel's answer for one message.

    `channel_ids`: its own ids, one a part, in order; there exactly when taken. `reason`: a code of
    the channel in lower case, without personal data.
    """

    message_id: UUID
    fate: Fate
    channel_ids: tuple[str, ...] = ()
    reason: str = ""


class ReceiptStatus(StrEnum):
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"  # expired, rejected, deleted, bounced: it will not arrive
    ACCEPTED = "accepted"  # the channel has it and is still trying
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Receipt:
    """The channel's word about one part of a message it took.

    `reference` and `address` are what the channel echoes, if it does: they find a message in
    doubt whose channel id was never seen.
    """

    sender: str
    channel_id: str
    status: ReceiptStatus
    at: datetime
    reason: str = ""
    reference: int | None = None
    address: str = ""


@dataclass(frozen=True, slots=True)
class Inbound:
    """Something a person sent us. `channel_id` makes it count once however often it is told."""

    sender: str
    channel_id: str
    address: str
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Heard:
    """A receipt or an inbound message, to be acknowledged once it is safely kept.

    Until `acknowledge` is called the channel tells it again after a reconnect, so a crash loses
    nothing; what is told twice is counted once by its id.
    """

    event: Receipt | Inbound
    acknowledge: Callable[[], None]


class Link(StrEnum):
    """How a gateway's connection is."""

    UP = "up"
    LIMITED = "limited"  # the channel throttles us
    DOWN = "down"


class Gateway(Protocol):
    """One sender on one channel. Not safe for several threads; one process may hold several."""

    channel: Channel
    sender: str
    # How many messages it hands over together; 1 for a channel that is asked for each by itself.
    at_once: int

    def send(self, batch: Sequence[Consignment], /) -> list[Answer]:
        """Give the channel a batch and wait for its answers, in the batch's order.

        What a gateway that takes several has not begun within `HANDED_OVER_WITHIN` is BUSY.

        Never raises for a fault of the channel: what went wrong is the message's fate.
        """
        ...

    def hear(self, /) -> list[Heard]:
        """What came in since the last call; does not wait."""
        ...

    def link(self, /) -> Link:
        """How the connection is now; a lost one is built up again in the background."""
        ...

    def close(self, /) -> None:
        """Finish what is under way, say goodbye to the channel, let go of the connection."""
        ...
