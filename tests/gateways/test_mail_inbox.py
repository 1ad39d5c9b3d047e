"""What comes back by mail, in the forms RFC 3464, RFC 5965 and people write it."""

from dataclasses import replace
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from uuid import UUID

import pytest

from forbear.contact.dispatch import Inbound, Receipt, ReceiptStatus
from forbear_server.gateways.mail_inbox import MailInbox, read_mail
from gateways.consignments import NOW

NAME = f"{UUID(int=77).hex}.77@citybank.example"
AT = datetime(2026, 11, 22, 1, 30, tzinfo=UTC)


def notice(action: str, status: str, *, envelope: str = "", original: str = NAME) -> bytes:
    """A delivery status notification as RFC 3464 draws it."""
    return "\r\n".join((
        "From: Mail Delivery System <mailer-daemon@mx.example>",
        "To: bounce@citybank.example",
        "Date: Sun, 22 Nov 2026 09:30:00 +0800",
        "Subject: Delivery Status Notification",
        "Auto-Submitted: auto-replied",
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"',
        "MIME-Version: 1.0",
        "",
        "--b",
        "",
        "Your mail to lin@example.com could not be brought.",
        "--b",
        "Content-Type: message/delivery-status",
        "",
        "Reporting-MTA: dns; mx.example",
        *([f"Original-Envelope-Id: {envelope}"] if envelope else []),
        "",
        "Final-Recipient: rfc822; Lin@example.com",
        f"Action: {action}",
        f"Status: {status}",
        "",
        "--b",
        "Content-Type: text/rfc822-headers",
        "",
        f"Message-ID: <{original}>",
        "To: lin@example.com",
        "",
        "--b--",
        "",
    )).encode()  # fmt: skip


@pytest.mark.parametrize(
    ("action", "status", "expected", "reason"),
    [
        ("failed", "5.1.1", ReceiptStatus.UNDELIVERED, "status_5.1.1"),
        ("delayed", "4.4.1 (no answer)", ReceiptStatus.ACCEPTED, "status_4.4.1"),
        ("delivered", "2.0.0", ReceiptStatus.DELIVERED, ""),
        ("relayed", "2.0.0", ReceiptStatus.ACCEPTED, "status_2.0.0"),
        ("dropped", "", ReceiptStatus.UNKNOWN, "status_none"),
    ],
)
def test_a_notice_is_a_receipt_of_the_mail_it_is_about(
    action: str, status: str, expected: ReceiptStatus, reason: str
) -> None:
    (read,) = read_mail(notice(action, status), sender="city-bank", now=NOW)
    assert read == Receipt("city-bank", NAME, expected, AT, reason, 77, "lin@example.com")


def test_a_notice_without_a_copy_is_found_by_the_envelopes_id() -> None:
    octets = notice("failed", "5.0.0", envelope=NAME, original="other@mx.example")
    (read,) = read_mail(octets, sender="city-bank", now=NOW)
    assert isinstance(read, Receipt)
    assert (read.channel_id, read.reference) == (NAME, 77)


def test_a_notice_about_a_mail_that_was_never_ours_names_no_message() -> None:
    octets = notice("failed", "5.0.0", original="other@mx.example")
    (read,) = read_mail(octets, sender="city-bank", now=NOW)
    assert isinstance(read, Receipt)
    assert (read.channel_id, read.reference, read.address) == ("", None, "lin@example.com")


def reply(text: str, *, subject: str = "回复：您的账单", **headers: str) -> EmailMessage:
    message = EmailMessage()
    message["From"] = "林小满 <Lin@Example.com>"
    message["To"] = "reply@citybank.example"
    message["Subject"] = subject
    message["Date"] = "Sun, 22 Nov 2026 09:30:00 +0800"
    message["Message-ID"] = "<r1@example.com>"
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    return message


@pytest.mark.parametrize(
    ("text", "own"),
    [
        ("我失业了，下个月才能还。", "我失业了，下个月才能还。"),
        ("好的\n\n在 2026年11月20日，城市银行写道：\n> 退订请回复退订", "好的"),
        ("ok\n\nOn Fri, 20 Nov 2026, City Bank <a@b.example> wrote:\n> reply STOP to stop", "ok"),
        ("收到\n\n-----原始邮件-----\n发件人: 城市银行\n退订请回复退订", "收到"),
        ("行\n> 退订请回复退订\n谢谢", "行"),
    ],
)
def test_a_reply_is_what_the_person_wrote_and_not_our_words_below(text: str, own: str) -> None:
    (read,) = read_mail(reply(text).as_bytes(), sender="city-bank", now=NOW)
    assert read == Inbound("city-bank", "r1@example.com", "lin@example.com", own, AT)


def test_an_html_reply_is_read_without_its_quotation() -> None:
    message = reply("")
    message.set_content(
        "<style>p{}</style><p>别再发了</p><blockquote>退订请回复退订</blockquote>", subtype="html"
    )
    (read,) = read_mail(message.as_bytes(), sender="city-bank", now=NOW)
    assert isinstance(read, Inbound)
    assert read.text == "别再发了"


def test_the_mail_behind_the_unsubscribe_link_is_a_stop_word() -> None:
    octets = reply("", subject="unsubscribe").as_bytes()
    (read,) = read_mail(octets, sender="city-bank", now=NOW)
    assert isinstance(read, Inbound)
    assert read.text == "退订"


def test_an_absence_note_tells_nothing() -> None:
    octets = reply("我在休假", Auto_Submitted="auto-replied").as_bytes()
    assert list(read_mail(octets, sender="city-bank", now=NOW)) == []


def test_a_spam_complaint_is_a_stop_word_of_its_recipient() -> None:
    octets = "\r\n".join((
        "From: <fbl@mail.example>", "Message-ID: <c1@mail.example>",
        "Date: Sun, 22 Nov 2026 09:30:00 +0800", "MIME-Version: 1.0",
        'Content-Type: multipart/report; report-type=feedback-report; boundary="b"', "",
        "--b", "Content-Type: text/plain", "", "An abuse report.",
        "--b", "Content-Type: message/feedback-report", "",
        "Feedback-Type: abuse", "Original-Rcpt-To: <lin@example.com>", "",
        "--b", "Content-Type: message/rfc822", "", f"Message-ID: <{NAME}>", "To: x@y.example", "",
        "text", "--b--", "",
    )).encode()  # fmt: skip
    (read,) = read_mail(octets, sender="city-bank", now=NOW)
    assert read == Inbound("city-bank", "c1@mail.example", "lin@example.com", "退订", AT)


@pytest.mark.parametrize(
    "octets", [b"", b"\xff\xfe", b"From: \r\n\r\n", b"Content-Type: \xff\r\n\r\n"]
)
def test_what_is_no_mail_tells_nothing(octets: bytes) -> None:
    assert list(read_mail(octets, sender="city-bank", now=NOW)) == []


def test_a_reply_in_an_unknown_charset_is_read_as_well_as_it_can_be() -> None:
    octets = (
        b"From: lin@example.com\r\nContent-Type: text/plain; charset=x-unknown\r\n"
        b"Content-Transfer-Encoding: 8bit\r\n\r\n" + "退订".encode()
    )
    (read,) = read_mail(octets, sender="city-bank", now=NOW)
    assert isinstance(read, Inbound)
    assert replace(read, channel_id="") == Inbound("city-bank", "", "lin@example.com", "退订", NOW)


def test_a_mail_stays_new_until_it_is_acknowledged_and_is_told_again_after_a_restart(
    tmp_path: Path,
) -> None:
    inbox = MailInbox(tmp_path, "city-bank")
    (tmp_path / "new" / "1.example").write_bytes(reply("退订").as_bytes())
    (tmp_path / "new" / "2.example").write_bytes(
        reply("我在休假", Auto_Submitted="auto-replied").as_bytes()
    )
    (heard,) = inbox.hear(now=NOW)
    assert inbox.hear(now=NOW) == []
    assert [p.name for p in (tmp_path / "new").iterdir()] == ["1.example"]
    (again,) = MailInbox(tmp_path, "city-bank").hear(now=NOW)
    assert again.event == heard.event
    again.acknowledge()
    heard.acknowledge()
    assert list((tmp_path / "new").iterdir()) == []
    assert sorted(p.name for p in (tmp_path / "cur").iterdir()) == [
        "1.example:2,S",
        "2.example:2,S",
    ]
    assert MailInbox(tmp_path, "city-bank").hear(now=NOW) == []
