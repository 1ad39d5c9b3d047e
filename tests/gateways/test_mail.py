"""The mail gateway against aiosmtpd, an independent SMTP server, on loopback."""

import email
import socket
import ssl
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from email import policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from forbear.contact.channels import Channel
from forbear.contact.dispatch import Answer, Consignment, Fate, Link
from forbear_server.gateways.mail import MailGateway, SmtpSettings
from gateways.certificates import certificate_for_localhost
from gateways.consignments import consignment, now

TEXT = "林女士：您好。\n本月账单已出。如有困难，请回复告诉我们。🙏\n.\n城市银行"


@dataclass(slots=True)
class Mailbox:
    """The server's side: what it took, and what it shall answer instead of 250."""

    taken: list[Envelope] = field(default_factory=list)
    to_rcpt: list[str] = field(default_factory=list)
    to_data: list[str] = field(default_factory=list)
    drops_after_text: int = 0

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.to_rcpt and (answer := self.to_rcpt.pop(0)):
            return answer
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.to_data and (answer := self.to_data.pop(0)):
            return answer
        self.taken.append(envelope)
        if self.drops_after_text:
            self.drops_after_text -= 1
            server.transport.abort()
        return "250 2.0.0 OK"

    def mail(self, number: int) -> EmailMessage:
        octets = self.taken[number].content
        assert isinstance(octets, bytes)
        return email.message_from_bytes(octets, policy=policy.default)


@contextmanager
def served(mailbox: Mailbox, **options: Any) -> Iterator[int]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(mailbox, hostname="127.0.0.1", port=port, **options)
    controller.start()
    try:
        yield port
    finally:
        controller.stop()


def opened(port: int, **changes: Any) -> MailGateway:
    settings = SmtpSettings(
        sender="city-bank", from_address="service@citybank.example", from_name="城市银行",
        host="127.0.0.1", port=port, tls="none", bounce_address="bounce@citybank.example",
        reply_address="reply@citybank.example", unsubscribe_address="stop@citybank.example",
        unsubscribe_url="https://citybank.example/stop/{message_id}", response_seconds=3.0,
    )  # fmt: skip
    return MailGateway(replace(settings, **changes), now=now)


def mail(text: str = TEXT, *, number: int = 1, **changes: Any) -> Consignment:
    settings: dict[str, Any] = {"address": "lin@example.com", "subject": "您的账单与帮助"}
    return consignment(text, number=number, channel=Channel.MAIL, **{**settings, **changes})


def test_a_mail_arrives_as_permitted_with_a_way_out() -> None:
    mailbox = Mailbox()
    with served(mailbox) as port:
        gateway = opened(port)
        answers = gateway.send([mail(number=77)])
        gateway.close()
    name = f"{UUID(int=77).hex}.77@citybank.example"
    assert answers == [Answer(UUID(int=77), Fate.TAKEN, (name,))]
    assert mailbox.taken[0].mail_from == "bounce@citybank.example"
    assert mailbox.taken[0].rcpt_tos == ["lin@example.com"]
    message = mailbox.mail(0)
    assert message.get_content().replace("\r\n", "\n").rstrip("\n") == TEXT
    assert {name: message[name].strip() for name in message} == {
        "From": "城市银行 <service@citybank.example>",
        "To": "lin@example.com",
        "Subject": "您的账单与帮助",
        "Date": "Sun, 22 Nov 2026 02:00:00 +0000",
        "Message-ID": f"<{name}>",
        "Reply-To": "reply@citybank.example",
        "Auto-Submitted": "auto-generated",
        "Content-Language": "zh-Hans",
        "List-Unsubscribe": f"<https://citybank.example/stop/{UUID(int=77)}>, "
        "<mailto:stop@citybank.example?subject=unsubscribe>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "Content-Type": 'text/plain; charset="utf-8"',
        "Content-Transfer-Encoding": "base64",
        "MIME-Version": "1.0",
    }


@pytest.mark.parametrize(
    ("answer", "fate", "reason", "link"),
    [
        ("550 5.1.1 no such person lin@example.com", Fate.REFUSED, "smtp_550_5.1.1", Link.UP),
        ("552 too large", Fate.REFUSED, "smtp_552", Link.UP),
        ("451 4.7.1 slow down", Fate.BUSY, "smtp_451_4.7.1", Link.LIMITED),
        ("421 4.3.0 going down", Fate.BUSY, "smtp_421_4.3.0", Link.LIMITED),
    ],
)
@pytest.mark.parametrize("stage", ["to_rcpt", "to_data"])
def test_a_refusal_is_final_or_for_now_by_its_code_and_the_next_mail_goes_on(
    stage: str, answer: str, fate: Fate, reason: str, link: Link
) -> None:
    mailbox = Mailbox()
    setattr(mailbox, stage, [answer])
    with served(mailbox) as port:
        gateway = opened(port)
        (first,) = gateway.send([mail(number=1)])
        assert first == Answer(UUID(int=1), fate, reason=reason)
        assert gateway.link() is link
        assert mailbox.taken == []
        (second,) = gateway.send([mail(number=2)])
        gateway.close()
    assert second.fate is Fate.TAKEN
    assert [envelope.rcpt_tos for envelope in mailbox.taken] == [["lin@example.com"]]


def test_a_connection_lost_after_the_text_leaves_the_mail_in_doubt_and_the_next_goes_on() -> None:
    mailbox = Mailbox(drops_after_text=1)
    with served(mailbox) as port:
        gateway = opened(port)
        answers = gateway.send([mail(number=1), mail(number=2)])
        gateway.close()
    assert [(a.fate, a.reason) for a in answers] == [(Fate.UNSURE, "link_lost"), (Fate.TAKEN, "")]
    assert len(mailbox.taken) == 2


def _speaks_dsn(server: socket.socket, heard: list[str], is_sound: bool = True) -> None:
    """A server of one mail that offers DSN, which aiosmtpd does not; it writes down the commands."""
    line, _ = server.accept()
    with line, line.makefile("rwb", buffering=0) as talk:
        talk.write(b"220 mx.example\r\n")
        for octets in iter(talk.readline, b""):
            command = octets.decode().strip()
            heard.append(command)
            if command.startswith("ehlo"):
                talk.write(b"250-mx.example\r\n250 DSN\r\n")
            elif command == "data" and is_sound:
                talk.write(b"354 go on\r\n")
                while talk.readline() != b".\r\n":
                    continue
                talk.write(b"250 taken\r\n")
            else:
                talk.write(b"250 OK\r\n")


@pytest.mark.parametrize("asks", [True, False])
def test_a_server_with_dsn_is_asked_for_a_notice_under_the_messages_id(asks: bool) -> None:
    heard: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as server, ThreadPoolExecutor() as pool:
        talking = pool.submit(_speaks_dsn, server, heard)
        gateway = opened(server.getsockname()[1], asks_receipts=asks)
        (answer,) = gateway.send([mail(number=77)])
        gateway.close()
        talking.result()
    assert answer.fate is Fate.TAKEN
    name = f"{UUID(int=77).hex}.77@citybank.example"
    envelope = f" RET=HDRS ENVID={name}" if asks else ""
    notices = " NOTIFY=SUCCESS,FAILURE,DELAY" if asks else ""
    assert heard[1:3] == [
        f"mail FROM:<bounce@citybank.example>{envelope}",
        f"rcpt TO:<lin@example.com>{notices}",
    ]


def test_a_server_that_says_yes_without_taking_the_text_has_nothing() -> None:
    heard: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as server, ThreadPoolExecutor() as pool:
        talking = pool.submit(_speaks_dsn, server, heard, False)
        gateway = opened(server.getsockname()[1])
        (answer,) = gateway.send([mail()])
        gateway.close()
        talking.result()
    assert (answer.fate, answer.reason) == (Fate.BUSY, "smtp_250")
    assert "data" in heard


def test_without_a_server_a_mail_is_busy_and_the_link_down() -> None:
    with served(Mailbox()) as port:
        pass
    gateway = opened(port)
    assert gateway.send([mail()]) == [Answer(UUID(int=1), Fate.BUSY, reason="link_down")]
    assert gateway.link() is Link.DOWN


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"subject": "账单\r\nBcc: boss@example.com"}, "header_injection"),
        ({"subject": "账单\nX: 1"}, "header_injection"),
        ({"language": "zh\r\nBcc: boss@example.com"}, "header_injection"),
        ({"address": "lin@example.com\r\nRCPT TO:<boss@example.com>"}, "address_faulty"),
        ({"address": "lin@example.com, boss@example.com"}, "address_faulty"),
        ({"address": "林 <lin@example.com>"}, "address_faulty"),
        ({"address": "lin@localhost"}, "address_faulty"),
        ({"address": ""}, "address_faulty"),
        ({"text": "好" * 5000}, "text_too_long"),
        ({"sender": "other-bank"}, "other_sender"),
    ],
)
def test_what_would_reach_more_than_the_borrower_is_refused_before_connecting(
    change: dict[str, Any], reason: str
) -> None:
    mailbox = Mailbox()
    with served(mailbox) as port:
        gateway = opened(port)
        (answer,) = gateway.send([mail(**change)])
        gateway.close()
    assert (answer.fate, answer.reason) == (Fate.REFUSED, reason)
    assert mailbox.taken == []


def test_the_session_is_encrypted_before_the_password_is_said(tmp_path: Path) -> None:
    key, cert = certificate_for_localhost(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    mailbox, said = Mailbox(), []

    def check(server: SMTP, session: Session, *rest: Any) -> AuthResult:
        said.append((session.ssl is not None, rest[-1]))
        return AuthResult(success=True)

    options: dict[str, Any] = {
        "tls_context": context, "require_starttls": True, "authenticator": check,
        "auth_required": True,
    }  # fmt: skip
    with served(mailbox, **options) as port:
        gateway = opened(
            port, host="localhost", tls="starttls", tls_ca_file=cert, username="u", password="p"
        )
        assert gateway.send([mail()])[0].fate is Fate.TAKEN
        gateway.close()
        stranger = opened(port, host="127.0.0.1", tls="starttls", tls_ca_file=cert)
        assert stranger.send([mail()])[0].fate is Fate.BUSY
    assert said == [(True, LoginPassword(b"u", b"p"))]
    assert len(mailbox.taken) == 1


def test_a_sender_without_a_way_out_is_no_sender() -> None:
    with pytest.raises(ValueError, match="unsubscribe_address or unsubscribe_url"):
        opened(25, unsubscribe_address="", unsubscribe_url="")


def test_a_password_is_in_no_text_of_the_settings() -> None:
    settings = SmtpSettings(
        "city-bank",
        "a@b.example",
        "host",
        25,
        password="hunter2",
        unsubscribe_address="c@d.example",
    )
    assert "hunter2" not in repr(settings)


def test_a_maildir_that_cannot_be_read_puts_the_link_down_and_breaks_nothing(
    tmp_path: Path,
) -> None:
    gateway = opened(25, inbox=tmp_path)
    assert gateway.hear() == []
    (tmp_path / "new").rmdir()
    assert gateway.hear() == []
    assert gateway.link() is Link.DOWN
