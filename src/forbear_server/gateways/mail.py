"""E-mail over SMTP: one message to one address, with a way out in its header.

List-Unsubscribe and its one-click form follow RFC 2369 and RFC 8058, Auto-Submitted RFC 3834.
The Message-ID carries the message's own id and reference, so that a bounce finds it even when
nobody saw our answer. What is written is what was permitted: no line is added to the text.
"""

import smtplib
import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import Literal

from forbear.contact.channels import Channel
from forbear.contact.dispatch import (
    LONGEST_TEXT,
    AddressFaulty,
    Answer,
    Consignment,
    Fate,
    Heard,
    Link,
)
from forbear_server.gateways.addresses import mail_address
from forbear_server.gateways.link_watch import LinkWatch
from forbear_server.gateways.mail_inbox import MailInbox
from forbear_server.gateways.secrets_apart import secret

_POLICY = policy.SMTP.clone(max_line_length=76)
_CLOSING = 421


@dataclass(frozen=True, slots=True)
class SmtpSettings:
    """One mail sender.

    `bounce_address` is the envelope's sender, where undeliverable mail comes back; it and the
    replies must end in the Maildir `inbox`. `unsubscribe_url` may hold `{message_id}` and must
    take the one-click POST of RFC 8058. `asks_receipts` wants delivery notices (RFC 3461).
    """

    sender: str
    from_address: str
    host: str
    port: int
    from_name: str = ""
    bounce_address: str = ""
    reply_address: str = ""
    unsubscribe_address: str = ""
    unsubscribe_url: str = ""
    username: str = ""
    password: str = secret(default="")
    tls: Literal["starttls", "implicit", "none"] = "starttls"
    tls_ca_file: Path | None = None
    inbox: Path | None = None
    asks_receipts: bool = True
    response_seconds: float = 20.0

    def __post_init__(self) -> None:
        for name in ("from_address", "bounce_address", "reply_address", "unsubscribe_address"):
            if getattr(self, name):
                mail_address(getattr(self, name))
        if not self.unsubscribe_address and not self.unsubscribe_url:
            raise ValueError("a mail sender needs unsubscribe_address or unsubscribe_url")
        if self.unsubscribe_url and not self.unsubscribe_url.startswith("https://"):
            raise ValueError("unsubscribe_url begins with https://")

    @property
    def domain(self) -> str:
        return self.from_address.rpartition("@")[2]


class MailGateway:
    """A mail sender; see `forbear.contact.dispatch.Gateway`."""

    channel = Channel.MAIL
    at_once = 1

    def __init__(self, settings: SmtpSettings, *, now: Callable[[], datetime]) -> None:
        self.sender = settings.sender
        self._settings, self._now = settings, now
        self._smtp: smtplib.SMTP | None = None
        self._watch = LinkWatch()
        self._inbox = MailInbox(settings.inbox, settings.sender) if settings.inbox else None

    def send(self, batch: Sequence[Consignment], /) -> list[Answer]:
        """One transaction a message over one connection, built up again where it was lost."""
        return [self._send_one(consignment) for consignment in batch]

    def hear(self, /) -> list[Heard]:
        """Bounces, delivery notices, complaints and replies from the Maildir."""
        if self._inbox is None:
            return []
        try:
            return self._inbox.hear(now=self._now())
        except OSError:
            self._watch.failed()
            return []

    def link(self, /) -> Link:
        return self._watch.link()

    def close(self, /) -> None:
        self._hang_up()

    def _send_one(self, consignment: Consignment) -> Answer:
        try:
            message = self._message(consignment)
        except _Unsendable as why:
            return Answer(consignment.message_id, Fate.REFUSED, reason=str(why))
        try:
            smtp = self._connected()
        except (OSError, smtplib.SMTPException):
            self._watch.failed()
            return Answer(consignment.message_id, Fate.BUSY, reason="link_down")
        fate, reason = self._hand_over(smtp, consignment, message)
        if fate is not Fate.TAKEN:
            return Answer(consignment.message_id, fate, reason=reason)
        self._watch.went_well()
        return Answer(consignment.message_id, fate, (message_id(consignment, self._settings),))

    def _hand_over(
        self, smtp: smtplib.SMTP, consignment: Consignment, message: EmailMessage
    ) -> tuple[Fate, str]:
        """Envelope, then text; a connection lost once the text is on its way may have brought it."""
        is_on_its_way = False
        try:
            code, _ = smtp.mail(
                self._settings.bounce_address or self._settings.from_address,
                self._envelope_options(smtp, consignment),
            )
            if code == 250:
                code, said = smtp.rcpt(mail_address(consignment.address), self._notices(smtp))
            else:
                said = b""
            if code in (250, 251):
                is_on_its_way = True
                code, said = smtp.data(message.as_bytes(policy=_POLICY))
        except smtplib.SMTPDataError as refused:  # DATA itself was not accepted
            return self._refusal(smtp, refused.smtp_code, _octets(refused.smtp_error))
        except (OSError, smtplib.SMTPException):
            self._hang_up()
            self._watch.failed()
            return (Fate.UNSURE if is_on_its_way else Fate.BUSY), "link_lost"
        if code == 250:
            return Fate.TAKEN, ""
        return self._refusal(smtp, code, said)

    def _refusal(self, smtp: smtplib.SMTP, code: int, said: bytes) -> tuple[Fate, str]:
        reason = _reason(code, said)
        if code == _CLOSING:
            self._hang_up()
        else:
            try:
                smtp.rset()
            except (OSError, smtplib.SMTPException):
                self._hang_up()
        if code >= 500:
            return Fate.REFUSED, reason
        self._watch.was_limited()
        return Fate.BUSY, reason

    def _message(self, consignment: Consignment) -> EmailMessage:
        if consignment.sender != self.sender or consignment.channel is not self.channel:
            raise _Unsendable("other_sender")
        if len(consignment.text) > LONGEST_TEXT:
            raise _Unsendable("text_too_long")
        if any(sign in consignment.subject + consignment.language for sign in "\r\n\0"):
            raise _Unsendable("header_injection")
        try:
            address = mail_address(consignment.address)
        except AddressFaulty as faulty:
            raise _Unsendable(faulty.code) from faulty
        held = self._settings
        message = EmailMessage(policy=_POLICY)
        message["From"] = Address(held.from_name, addr_spec=held.from_address)
        message["To"] = Address(addr_spec=address)
        message["Subject"] = consignment.subject
        message["Date"] = format_datetime(self._now())
        message["Message-ID"] = f"<{message_id(consignment, held)}>"
        if held.reply_address:
            message["Reply-To"] = Address(addr_spec=held.reply_address)
        message["Auto-Submitted"] = "auto-generated"
        message["List-Unsubscribe"] = ", ".join(_ways_out(consignment, held))
        if held.unsubscribe_url:
            message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        message.set_content(consignment.text, charset="utf-8", cte="base64")
        message["Content-Language"] = consignment.language
        return message

    def _connected(self) -> smtplib.SMTP:
        if self._smtp is not None:
            return self._smtp
        held = self._settings
        context = ssl.create_default_context(cafile=held.tls_ca_file)
        if held.tls == "implicit":
            smtp: smtplib.SMTP = smtplib.SMTP_SSL(
                held.host, held.port, timeout=held.response_seconds, context=context
            )
        else:
            smtp = smtplib.SMTP(held.host, held.port, timeout=held.response_seconds)
        try:
            if held.tls == "starttls":
                smtp.starttls(context=context)
            smtp.ehlo_or_helo_if_needed()
            if held.username:
                smtp.login(held.username, held.password)
        except BaseException:
            smtp.close()
            raise
        self._smtp = smtp
        return smtp

    def _hang_up(self) -> None:
        smtp, self._smtp = self._smtp, None
        if smtp is not None:
            try:
                smtp.quit()
            except (OSError, smtplib.SMTPException):
                smtp.close()

    def _envelope_options(self, smtp: smtplib.SMTP, consignment: Consignment) -> list[str]:
        if not (self._settings.asks_receipts and smtp.has_extn("dsn")):
            return []
        return ["RET=HDRS", f"ENVID={message_id(consignment, self._settings)}"]

    def _notices(self, smtp: smtplib.SMTP) -> list[str]:
        if not (self._settings.asks_receipts and smtp.has_extn("dsn")):
            return []
        return ["NOTIFY=SUCCESS,FAILURE,DELAY"]


class _Unsendable(Exception):
    """Refused before anything is sent; the text is the reason's code."""


def message_id(consignment: Consignment, settings: SmtpSettings) -> str:
    """The Message-ID without its brackets: the message's id, its reference, the sender's domain."""
    return f"{consignment.message_id.hex}.{consignment.reference}@{settings.domain}"


def _ways_out(consignment: Consignment, held: SmtpSettings) -> list[str]:
    ways = []
    if held.unsubscribe_url:
        ways.append(
            f"<{held.unsubscribe_url.replace('{message_id}', str(consignment.message_id))}>"
        )
    if held.unsubscribe_address:
        ways.append(f"<mailto:{held.unsubscribe_address}?subject=unsubscribe>")
    return ways


def _reason(code: int, said: bytes) -> str:
    """The code and the enhanced one (RFC 3463); the server's words may name the borrower."""
    enhanced = said.split(b" ", 1)[0].decode("ascii", "replace")
    has_enhanced = enhanced.count(".") == 2 and enhanced.replace(".", "").isdigit()
    return f"smtp_{code}_{enhanced}" if has_enhanced else f"smtp_{code}"


def _octets(said: bytes | str) -> bytes:
    return said if isinstance(said, bytes) else said.encode()
