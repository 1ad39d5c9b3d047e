"""The channels file: what it opens, and what each fault of it is called."""

from pathlib import Path

import pytest

from forbear.contact.channels import Channel
from forbear.contact.dispatch import Link
from forbear_server.gateways.configured import (
    KINDS,
    ChannelsFaulty,
    SenderSettings,
    open_gateway,
    read_channels,
)
from forbear_server.gateways.sms import SmppSettings
from gateways.consignments import now

SMPP = """
  - sender: city-bank-sms
    channel: sms
    lender: city-bank
    gateway: smpp
    rate_per_second: 50
    source: "10690001"
    host: smsc.example
    port: 2775
    system_id: city
    password_env: SMPP_PASSWORD
"""
MAIL = """
  - sender: city-bank-mail
    channel: mail
    lender: city-bank
    gateway: smtp
    rate_per_second: 5.5
    host: 127.0.0.1
    port: 25
    from_address: service@citybank.example
    unsubscribe_address: stop@citybank.example
    inbox: mail
    password_file: smtp-password
"""
ENVIRONMENT = {"SMPP_PASSWORD": "secret"}


def written(tmp_path: Path, *entries: str) -> Path:
    path = tmp_path / "channels.yaml"
    path.write_text("senders:" + "".join(entries), encoding="utf-8")
    return path


def test_every_sender_is_read_with_its_own_settings_and_secrets(tmp_path: Path) -> None:
    (tmp_path / "smtp-password").write_text("hunter2\n")
    sms, mail = read_channels(written(tmp_path, SMPP, MAIL), environment=ENVIRONMENT)
    own = SmppSettings("city-bank-sms", "10690001", "smsc.example", 2775, "city", "secret")
    assert sms == SenderSettings("city-bank-sms", Channel.SMS, "city-bank", "smpp", 50.0, own)
    assert (mail.channel, mail.rate_per_second) == (Channel.MAIL, 5.5)
    assert (mail.own.password, mail.own.inbox) == ("hunter2", tmp_path / "mail")
    assert "hunter2" not in repr(mail)
    assert "secret'" not in repr(sms)


def test_a_sender_opens_as_its_gateway(tmp_path: Path) -> None:
    (tmp_path / "smtp-password").write_text("hunter2\n")
    (mail,) = read_channels(written(tmp_path, MAIL))
    gateway = open_gateway(mail, now=now, wall=now)
    assert (gateway.sender, gateway.channel) == ("city-bank-mail", Channel.MAIL)
    assert gateway.link() is Link.UP
    gateway.close()


@pytest.mark.parametrize(
    ("was", "becomes", "message"),
    [
        ("port: 2775", "port: 2775\n    prot: 1", "entry 1 (city-bank-sms): key prot is unknown"),
        ("port: 2775", "port: '2775'", "port is no whole number"),
        ("port: 2775", "port: true", "port is no whole number"),
        ("port: 2775", "", "lacks port. A smpp sender needs it"),
        ("password_env: SMPP_PASSWORD", "password: hunter2", "Put the secret in a variable"),
        ("password_env: SMPP_PASSWORD", "", "lacks password_env or password_file"),
        ("SMPP_PASSWORD", "OTHER", "password_env names OTHER, which is not set"),
        ("password_env: SMPP_PASSWORD", "password_file: none", "empty or cannot be read"),
        ("gateway: smpp", "gateway: sms", "gateway sms is unknown. Known are smpp"),
        ("channel: sms", "channel: mail", "channel mail is not served by smpp. It serves sms"),
        ("channel: sms", "channel: group", "channel group is not served by smpp"),
        ("lender: city-bank", "", "lacks lender"),
        ("lender: city-bank", "lender: 7", "lender is no name"),
        ("sender: city-bank-sms", "sender: ' '", "sender is no name"),
        ("rate_per_second: 50", "rate_per_second: 0", "rate_per_second is no rate"),
        ("rate_per_second: 50", "rate_per_second: .nan", "rate_per_second is no rate"),
        ("rate_per_second: 50", "rate_per_second: fast", "rate_per_second is no rate"),
        (
            "port: 2775",
            "port: 2775\n    mode: both",
            "mode is both. It is one of transceiver, pair",
        ),
        ("port: 2775", "port: 2775\n    window: 0", "binds and window are at least 1"),
        ('source: "10690001"', "source: 10690001", "source is no text"),
    ],
)
def test_a_fault_names_entry_key_and_remedy(
    tmp_path: Path, was: str, becomes: str, message: str
) -> None:
    assert was in SMPP
    path = written(tmp_path, SMPP.replace(was, becomes))
    with pytest.raises(ChannelsFaulty) as refused:
        read_channels(path, environment=ENVIRONMENT)
    assert message in str(refused.value)
    assert str(refused.value).startswith("channels.yaml, entry 1")
    assert "hunter2" not in str(refused.value)
    assert refused.value.code == "channels_faulty"


def test_a_password_longer_than_smpp_carries_is_refused_and_not_cut(tmp_path: Path) -> None:
    with pytest.raises(ChannelsFaulty, match="at most 8 octets"):
        read_channels(written(tmp_path, SMPP), environment={"SMPP_PASSWORD": "ninechars"})


def test_two_equal_senders_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ChannelsFaulty, match="entry 2: the sender city-bank-sms is there twice"):
        read_channels(written(tmp_path, SMPP, SMPP), environment=ENVIRONMENT)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "holds one key, senders"),
        ("- a", "holds one key, senders"),
        ("senders: {}", "holds one key, senders"),
        ("senders: []\ncontacts: []", "holds one key, senders"),
        ("senders: [1]", "entry 1: is no list of keys"),
        ("senders:\n  - a: [", "line 2: is no YAML"),
    ],
)
def test_a_file_of_another_shape_is_refused(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "channels.yaml"
    path.write_text(text)
    with pytest.raises(ChannelsFaulty, match=message):
        read_channels(path)


def test_a_file_that_is_not_there_is_named_with_its_setting(tmp_path: Path) -> None:
    with pytest.raises(ChannelsFaulty, match="FORBEAR_CHANNELS names the file"):
        read_channels(tmp_path / "none.yaml")


def test_no_kind_of_gateway_serves_a_group_or_a_visit() -> None:
    served = {channel for kind in KINDS.values() for channel in kind.channels}
    assert served == {
        Channel.SMS,
        Channel.MAIL,
        Channel.WECHAT,
        Channel.APP,
        Channel.LETTER,
        Channel.VOICE_INTERACTIVE,
    }
