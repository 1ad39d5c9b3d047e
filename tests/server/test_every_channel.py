"""Mail, WeChat, push, letters and a lender's own gateway through the outbox: permit to receipt.

SMS has its own file; calls too. WeChat, the push service and the lender's gateway are fakes.
"""

from __future__ import annotations

import mailbox
import threading
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from peers import wechat_fake
from peers.lender_gateway import started_lender_gateway
from peers.push_fake import started_push_fake
from peers.wechat_fake import started_wechat_fake

from forbear.contact.channels import Channel
from forbear.contact.dispatch import Gateway, Receipt, ReceiptStatus
from forbear_server.gateways.letters import LetterGateway, LetterSettings
from forbear_server.gateways.mail import MailGateway, SmtpSettings
from forbear_server.gateways.web_push import WebPushGateway, WebPushSettings, public_point
from forbear_server.gateways.webhook import WebhookGateway, WebhookSettings
from forbear_server.gateways.wechat import WechatGateway, WechatSettings
from forbear_server.jobs.outbox import OutboxLoop
from forbear_server.selectors.actors import Actor, Role
from forbear_server.selectors.addresses import KIND_OF
from forbear_server.selectors.lenders import find_lender
from forbear_server.services.addresses import add_address
from forbear_server.services.channel_events import take_events
from forbear_server.services.channels import SenderTerms, register_senders
from forbear_server.services.message_drafts import Refusal
from forbear_server.services.persons import Person, record_persons
from forbear_server.store.lender_scope import lender_scope
from forbear_server.store.models import ContactPreference, Message
from gateways.test_mail import Mailbox, served
from server.conftest import NOW
from server.outbox import HELLO, Moment, draft, events, people, queue

pytestmark = pytest.mark.django_db
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
OPT_IN = "同意接收消息"


@pytest.fixture
def officer(qinghe: int, make_actor: Callable[..., Actor]) -> Iterator[Actor]:
    actor = make_actor("officer", Role.COMPLIANCE)
    with lender_scope(qinghe):
        people(qinghe, 1)
        yield actor


def loop_of(actor: Actor, channel: Channel, gateway: Gateway) -> OutboxLoop:
    terms = [SenderTerms(channel.value, gateway.sender, "test", 100)]
    ids = register_senders(lender_id=actor.lender_id, terms=terms)
    return OutboxLoop(
        lender=find_lender("qinghe"),
        sender_id=ids[gateway.sender],
        address_kind=KIND_OF[channel],
        gateway=gateway,
        clock=Moment(),
        stop=threading.Event(),
    )


def address(actor: Actor, kind: str, written: str) -> None:
    add_address(
        actor=actor,
        borrower_ref="B-0",
        kind=kind,
        address=written,
        now=NOW,
        opt_in_words=OPT_IN,
    )


def sent(actor: Actor, loop: OutboxLoop, channel: Channel, **changes: Any) -> Message:
    """Queue one message on the channel and let the loop send it."""
    answer = queue(actor, draft(channel=channel, key=f"on-{channel.value}", **changes))[0]
    assert answer.refusal is None
    loop.step()
    row = Message.objects.get(pk=answer.message_id)
    assert events(f"permit:{row.permit_id}") == ["contact.permitted", "permit.used"]
    return row


def test_mail_is_taken_and_its_bounce_and_an_unsubscription_come_home(
    officer: Actor, tmp_path: Path
) -> None:
    box, peer = mailbox.Maildir(tmp_path / "inbox"), Mailbox()
    address(officer, "mail", "lin@example.com")
    with served(peer) as port:
        gateway = MailGateway(
            SmtpSettings(
                sender="mail",
                from_address="service@qinghe.example",
                from_name="青禾消费金融",
                host="127.0.0.1",
                port=port,
                tls="none",
                unsubscribe_address="stop@qinghe.example",
                inbox=tmp_path / "inbox",
            ),
            now=Moment(),
        )
        loop = loop_of(officer, Channel.MAIL, gateway)
        row = sent(officer, loop, Channel.MAIL, subject="账单提醒")
        assert row.state == "done"
        assert HELLO in peer.mail(0).get_content()
        reply = EmailMessage()
        reply["From"], reply["To"], reply["Message-ID"] = (
            "lin@example.com",
            "stop@qinghe.example",
            "<1@x>",
        )
        reply["Subject"] = "退订"
        reply.set_content("退订")
        box.add(reply)
        loop.step()
        gateway.close()
    stated = ContactPreference.objects.get()
    assert (stated.kind, stated.channel, stated.source) == ("channel_opt_out", "mail", "inbound")
    assert (
        queue(officer, draft(channel=Channel.MAIL, key="again-mail"))[0].refusal
        is Refusal.REFUSED_BY_RULE
    )


def test_wechat_goes_to_one_follower_who_opted_in_and_tells_when_it_arrived(
    officer: Actor,
) -> None:
    with started_wechat_fake() as fake:
        gateway = WechatGateway(
            WechatSettings(
                sender="wx",
                app_id=wechat_fake.APP_ID,
                app_secret=wechat_fake.APP_SECRET,
                template_id=wechat_fake.TEMPLATE_ID,
                base_url=fake.url,
            ),
            now=Moment(),
        )
        loop = loop_of(officer, Channel.WECHAT, gateway)
        unasked = queue(officer, draft(channel=Channel.WECHAT, key="not-opted-in"))[0]
        assert unasked.refusal is Refusal.ADDRESS_MISSING
        address(officer, "wechat", "openid-lin")
        row = sent(officer, loop, Channel.WECHAT)
        gateway.close()
    assert fake.sent[0]["touser"] == "openid-lin"
    assert fake.sent[0]["data"] == {"content": {"value": HELLO}}
    take_events(
        lender=find_lender("qinghe"),
        channel=Channel.WECHAT,
        sender="wx",
        kind="wechat",
        events=[Receipt("wx", "200001", ReceiptStatus.DELIVERED, NOW, address="openid-lin")],
        now=NOW,
    )
    row.refresh_from_db()
    assert (row.state, row.delivery) == ("done", "delivered")
    assert events(f"message:{row.pk}")[-1] == "message.delivered"


def test_a_push_says_nothing_of_the_loan_and_needs_the_opt_in(officer: Actor) -> None:
    settings = WebPushSettings(
        sender="push",
        title="青禾消费金融",
        link="https://qinghe.example/messages/{message_id}",
        contact="mailto:push@qinghe.example",
        vapid_key="AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE",
        push_hosts=("127.0.0.1",),
    )
    clock = Moment()
    with started_push_fake(public_point(settings.signing_key()), now=clock) as fake:
        gateway = WebPushGateway(settings, now=clock)
        loop = loop_of(officer, Channel.APP, gateway)
        address(officer, "push", fake.subscription)
        row = sent(officer, loop, Channel.APP)
        gateway.close()
    assert row.state == "done"
    assert HELLO not in str(fake.shown)
    assert "青禾消费金融" in str(fake.shown)


def test_a_letter_is_one_file_with_its_number(officer: Actor, tmp_path: Path) -> None:
    record_persons(
        lender_id=officer.lender_id,
        persons=[
            Person(
                "B-0", name="林小满", address="禾安市石门区禾穗大道384号", time_zone="Asia/Shanghai"
            )
        ],
    )
    gateway = LetterGateway(
        LetterSettings(
            sender="post",
            sender_name="青禾消费金融",
            return_line="禾安市一号信箱",
            outgoing=tmp_path,
        ),
        now=Moment(),
    )
    loop = loop_of(officer, Channel.LETTER, gateway)
    row = sent(officer, loop, Channel.LETTER, subject="关于您的借款")
    assert row.state == "done"
    assert len(list(tmp_path.glob("*.pdf"))) == 1
    gateway.close()


def test_a_lenders_own_gateway_takes_a_message_once(officer: Actor) -> None:
    with started_lender_gateway(SECRET) as lender:
        gateway = WebhookGateway(
            WebhookSettings("own", lender.url, SECRET, response_seconds=2.0), wall=Moment()
        )
        loop = loop_of(officer, Channel.SMS, gateway)
        row = sent(officer, loop, Channel.SMS)
        gateway.close()
    assert (row.state, list(lender.taken)) == ("done", [str(row.pk)])
    assert lender.taken[str(row.pk)]["text"] == HELLO
