"""What comes back by mail, from a Maildir: bounces, notices, complaints, replies.

A bounce or delivery notice is RFC 3464 (message/delivery-status), a complaint RFC 5965
(message/feedback-report). The text of a reply is what the person wrote above our own words: our
letter names the stop words itself and must not be taken for theirs. A file stays in `new` until
its event is acknowledged, then goes to `cur`; nothing is deleted.
"""

import email
import hashlib
import re
from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage, Message
from email.utils import parseaddr, parsedate_to_datetime
from enum import StrEnum
from functools import partial
from html.parser import HTMLParser
from pathlib import Path

from forbear.contact.dispatch import Heard, Inbound, Receipt, ReceiptStatus

STOP_TEXT = "退订"
_ACTIONS = {
    "failed": ReceiptStatus.UNDELIVERED, "delayed": ReceiptStatus.ACCEPTED,
    "delivered": ReceiptStatus.DELIVERED, "relayed": ReceiptStatus.ACCEPTED,
    "expanded": ReceiptStatus.ACCEPTED,
}  # fmt: skip
_OURS = re.compile(r"\b[0-9a-f]{32}\.(\d{1,5})@[\w.-]+")
_QUOTE_BEGINS = re.compile(
    r"^(>|-{2,}\s*(Original Message|原始邮件|回复的原邮件)|On .{5,120} wrote:\s*$"
    r"|.{0,80}(写道|wrote)[:：]\s*$|_{5,}\s*$|发件人[:：]|From:\s)",
    re.M,
)
_ASKS_OUT = re.compile(r"^\s*(unsubscribe|退订)\b", re.I)


class MailInbox:
    """The Maildir of one sender."""

    def __init__(self, folder: Path, sender: str) -> None:
        self._new, self._cur = folder / "new", folder / "cur"
        self._sender = sender
        self._told: set[str] = set()
        for place in (self._new, self._cur, folder / "tmp"):
            place.mkdir(parents=True, exist_ok=True)

    def hear(self, *, now: datetime) -> list[Heard]:
        """Each new mail's events; those of a mail are acknowledged together, by the last."""
        heard: list[Heard] = []
        for path in sorted(self._new.iterdir()):
            if path.name in self._told or path.name.startswith("."):
                continue
            self._told.add(path.name)
            events = list(read_mail(path.read_bytes(), sender=self._sender, now=now))
            left = set(range(len(events)))
            for number, event in enumerate(events):
                heard.append(Heard(event, partial(self._acknowledge, path, left, number)))
            if not events:
                self._acknowledge(path, left, 0)
        return heard

    def _acknowledge(self, path: Path, left: set[int], number: int) -> None:
        left.discard(number)
        if not left and path.exists():
            path.rename(self._cur / f"{path.name.partition(':')[0]}:2,S")


def read_mail(octets: bytes, *, sender: str, now: datetime) -> Iterator[Receipt | Inbound]:
    """The events one mail tells; none for what a machine answered (an absence note)."""
    for event in _events(octets, sender, now):
        yield _keepable(event)


def _events(octets: bytes, sender: str, now: datetime) -> Iterator[Receipt | Inbound]:
    message = email.message_from_bytes(octets, policy=policy.default)
    kind = str(message.get_param("report-type", "")).lower()
    if message.get_content_type() == "multipart/report" and kind == "delivery-status":
        yield from _bounces(message, sender, now)
    elif message.get_content_type() == "multipart/report" and kind == "feedback-report":
        yield from _complaint(message, octets, sender, now)
    elif str(message.get("Auto-Submitted", "no")).lower() == "no":
        yield from _reply(message, octets, sender, now)


def _keepable(event: Receipt | Inbound) -> Receipt | Inbound:
    """Without NUL and octets outside every charset, which no column keeps."""
    words = {
        held.name: value.encode("utf-8", "replace").decode().replace("\0", "")
        for held in fields(event)
        if isinstance(value := getattr(event, held.name), str) and not isinstance(value, StrEnum)
    }
    return replace(event, **words)  # type: ignore[arg-type]


def _bounces(message: EmailMessage, sender: str, now: datetime) -> Iterator[Receipt]:
    notice = _part(message, "message/delivery-status")
    blocks = [b for b in notice.get_payload() if isinstance(b, Message)] if notice else []
    envelope = str(blocks[0].get("Original-Envelope-Id", "")) if blocks else ""
    original = _original(message)
    named = _OURS.search(envelope) or _OURS.search(original.get("Message-ID", ""))
    for block in blocks[1:]:
        status = _ACTIONS.get(str(block.get("Action", "")).strip().lower(), ReceiptStatus.UNKNOWN)
        code = str(block.get("Status", "")).split()[:1]
        yield Receipt(
            sender=sender,
            channel_id=named[0] if named else "",
            status=status,
            at=_moment(message, now),
            reason="" if status is ReceiptStatus.DELIVERED else f"status_{''.join(code) or 'none'}",
            reference=int(named[1]) if named else None,
            address=_recipient(block),
        )


def _complaint(
    message: EmailMessage, octets: bytes, sender: str, now: datetime
) -> Iterator[Inbound]:
    inside = _part(message, "message/feedback-report")
    report = email.message_from_string(_text_inside(inside)) if inside else Message()
    address = parseaddr(str(report.get("Original-Rcpt-To", "")))[1]
    address = address or parseaddr(_original(message).get("To", ""))[1]
    if address:
        yield Inbound(
            sender, _identity(message, octets), address.lower(), STOP_TEXT, _moment(message, now)
        )


def _reply(message: EmailMessage, octets: bytes, sender: str, now: datetime) -> Iterator[Inbound]:
    address = parseaddr(str(message.get("From", "")))[1].lower()
    if not address:
        return
    text = _own_words(message)
    if _ASKS_OUT.match(str(message.get("Subject", ""))):
        text = f"{STOP_TEXT} {text}".strip()
    yield Inbound(sender, _identity(message, octets), address, text, _moment(message, now))


def _own_words(message: EmailMessage) -> str:
    body = message.get_body(preferencelist=("plain", "html"))
    if body is None:
        return ""
    try:
        text = str(body.get_content())
    except (LookupError, UnicodeError):
        payload = body.get_payload(decode=True)
        text = payload.decode("utf-8", "replace") if isinstance(payload, bytes) else ""
    if body.get_content_type() == "text/html":
        reader = _Words()
        reader.feed(text)
        text = "".join(reader.words)
    quote = _QUOTE_BEGINS.search(text)
    return (text[: quote.start()] if quote else text).strip()


class _Words(HTMLParser):
    """The words of an HTML mail outside style, script and quotations."""

    _SILENT = frozenset({"style", "script", "blockquote", "head"})
    _BREAKS = frozenset({"br", "p", "div", "tr", "li"})

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self._depth = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._depth += tag in self._SILENT
        if tag in self._BREAKS:
            self.words.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self._depth = max(0, self._depth - (tag in self._SILENT))

    def handle_data(self, data: str) -> None:
        if not self._depth:
            self.words.append(data)


def _part(message: EmailMessage, kind: str) -> Message | None:
    return next((p for p in message.walk() if p.get_content_type() == kind), None)


def _original(message: EmailMessage) -> dict[str, str]:
    """Message-ID and To of the mail a report is about, from its copy or its headers."""
    for part in message.walk():
        if part.get_content_type() == "text/rfc822-headers":
            found: Message = email.message_from_string(_text_inside(part))
        elif part.get_content_type() == "message/rfc822":
            inner = part.get_payload()
            found = inner[0] if isinstance(inner, list) and inner else Message()  # type: ignore[assignment]
        else:
            continue
        return {name: str(found.get(name, "")) for name in ("Message-ID", "To")}
    return {}


def _text_inside(part: Message) -> str:
    payload = part.get_payload(decode=True)
    if isinstance(payload, bytes):
        return payload.decode("utf-8", "replace")
    inner = part.get_payload()
    return "\n".join(str(p) for p in inner) if isinstance(inner, list) else str(inner)


def _recipient(block: Message) -> str:
    told = str(block.get("Original-Recipient") or block.get("Final-Recipient") or "")
    return parseaddr(told.rpartition(";")[2].strip())[1].lower()


def _moment(message: EmailMessage, now: datetime) -> datetime:
    try:
        moment = parsedate_to_datetime(str(message.get("Date", "")))
    except (ValueError, TypeError):
        return now
    return now if moment.tzinfo is None else min(moment.astimezone(UTC), now)


def _identity(message: EmailMessage, octets: bytes) -> str:
    named = str(message.get("Message-ID", "")).strip().strip("<>")
    return named or f"mail-{hashlib.sha256(octets).hexdigest()[:32]}"
