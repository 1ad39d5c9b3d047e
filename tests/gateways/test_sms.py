"""The SMS gateway against an independent message centre (npm smpp) on loopback."""

import hashlib
import json
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from peers.smsc import Smsc, start_smsc, started_smsc, why_no_smsc

from forbear.contact.channels import Channel
from forbear.contact.dispatch import (
    Answer,
    Fate,
    Inbound,
    Link,
    Receipt,
    ReceiptStatus,
)
from forbear_server.gateways.sms import SmppGateway, SmppSettings
from gateways.certificates import certificate_for_localhost
from gateways.consignments import (
    NOW,
    NUMBER,
    consignment,
    hear,
    now,
    wait_for,
    wait_until_up,
)

pytestmark = pytest.mark.skipif(why_no_smsc() is not None, reason=f"no SMSC: {why_no_smsc()}")


def settings(port: int, **changes: Any) -> SmppSettings:
    held = SmppSettings(
        sender="city-bank", source="10690001", host="127.0.0.1", port=port, system_id="app",
        password="secret", window=16, response_seconds=2.0, link_wait_seconds=0.5,
        reconnect_first_seconds=0.05, reconnect_most_seconds=0.3,
        parts_wait_seconds=0.2,
    )  # fmt: skip
    return replace(held, **changes)


@contextmanager
def linked(smsc: Smsc, **changes: Any) -> Iterator[SmppGateway]:
    gateway = SmppGateway(settings(smsc.port, **changes), now=now)
    try:
        wait_until_up(gateway)
        yield gateway
    finally:
        gateway.close()


@pytest.fixture(scope="module")
def idle() -> Iterator[tuple[Smsc, SmppGateway]]:
    with started_smsc() as smsc, linked(smsc) as gateway:
        yield smsc, gateway


def statement_of(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def test_a_message_is_taken_with_what_was_permitted_and_its_receipt_names_it(
    tmp_path: Path,
) -> None:
    path = tmp_path / "statement"
    with started_smsc(statement=str(path)) as smsc, linked(smsc) as gateway:
        sent = consignment("您好 🙏", number=77)
        assert gateway.send([sent]) == [Answer(UUID(int=77), Fate.TAKEN, ("1",))]
        (heard,) = hear(gateway, 1)
    assert isinstance(heard.event, Receipt)
    assert replace(heard.event, at=NOW) == Receipt(
        "city-bank", "1", ReceiptStatus.DELIVERED, NOW, reference=77, address="+8613800138000"
    )
    (line,) = statement_of(path)
    assert line["source"] == "10690001"
    assert line["destination"] == "8613800138000"
    assert line["user_message_reference"] == 77
    assert line["sha256"] == digest("您好 🙏")
    assert line["validity"] == "2026-11-22T14:00:00.000Z"  # 22:00 in Beijing: the permit's end


def test_a_long_message_is_several_parts_and_arrives_as_one(tmp_path: Path) -> None:
    path, text = tmp_path / "statement", ("您好，请联系我们🙏" * 20)
    with started_smsc(statement=str(path)) as smsc, linked(smsc) as gateway:
        (answer,) = gateway.send([consignment(text)])
        # 20 times 10 units are 200, three parts of at most 67
        assert answer.channel_ids == ("1", "2", "3")
        assert len(hear(gateway, 3)) == 3
    lines = statement_of(path)
    assert [(line["part"], line["parts"]) for line in lines] == [(1, 3), (2, 3), (3, 3)]
    assert [line["sha256"] for line in lines] == [None, None, digest(text)]


def test_a_latin_text_goes_in_the_default_alphabet(tmp_path: Path) -> None:
    path, text = tmp_path / "statement", "Hello {name} €5, reply STOP to stop"
    with started_smsc(statement=str(path)) as smsc, linked(smsc) as gateway:
        gateway.send([consignment(text)])
    (line,) = statement_of(path)
    assert (line["data_coding"], line["sha256"]) == (0, digest(text))


def test_a_receipt_is_told_again_until_it_is_acknowledged_also_after_a_reconnect() -> None:
    with started_smsc(tell_again_ms=60_000) as smsc, linked(smsc) as gateway:
        gateway.send([consignment()])
        (first,) = hear(gateway, 1)
        smsc.order(drop=True)
        wait_for(lambda: gateway.fault() == "" and smsc.order()["sessions"] == 1)
        (second,) = hear(gateway, 1)
        assert first.event == replace(second.event, at=first.event.at)
        first.acknowledge()  # of a session that is no more: nothing is answered
        time.sleep(0.05)
        assert smsc.order()["in_hand"] == 1
        second.acknowledge()
        wait_for(lambda: smsc.order()["in_hand"] == 0)
        assert gateway.hear() == []


def test_a_reply_is_heard_once_told_and_answered_only_when_kept() -> None:
    with started_smsc() as smsc, linked(smsc) as gateway:
        smsc.reply(number="8613800138000", to="10690001", text="退订🙏")
        (heard,) = hear(gateway, 1)
        assert isinstance(heard.event, Inbound)
        assert (heard.event.address, heard.event.text) == ("+8613800138000", "退订🙏")
        assert smsc.order()["in_hand"] == 1
        heard.acknowledge()
        wait_for(lambda: smsc.order()["in_hand"] == 0)


def test_a_long_reply_is_one_message_and_acknowledging_it_answers_every_part() -> None:
    text = "我现在没有工作，孩子在住院，请不要再打我单位的电话。" * 6
    with started_smsc() as smsc, linked(smsc) as gateway:
        smsc.reply(number="8613800138000", to="10690001", text=text)
        (heard,) = hear(gateway, 1)
        assert isinstance(heard.event, Inbound)
        assert heard.event.text == text
        assert smsc.order()["in_hand"] == 3
        heard.acknowledge()
        wait_for(lambda: smsc.order()["in_hand"] == 0)


def test_a_centre_that_tells_one_part_at_a_time_still_gets_its_stop_word_heard() -> None:
    text = "退订。" + "我已经说过很多次了。" * 8
    with started_smsc(deliver_window=1) as smsc, linked(smsc) as gateway:
        smsc.reply(number="8613800138000", to="10690001", text=text)
        (first,) = hear(gateway, 1)
        assert isinstance(first.event, Inbound)
        assert first.event.text == text[:67]
        first.acknowledge()
        (second,) = hear(gateway, 1)
        assert isinstance(second.event, Inbound)
        assert second.event.text == text[67:]


def test_a_reply_in_the_default_alphabet_and_one_in_a_payload_are_read() -> None:
    with started_smsc() as smsc, linked(smsc) as gateway:
        smsc.reply(number="8613800138000", to="10690001", text="STOP @ once", gsm=True)
        payload = "别再打了" * 40
        smsc.order(
            deliver={
                "source_addr": "13800138000", "destination_addr": "10690001", "data_coding": 8,
                "hex": "", "payload_hex": payload.encode("utf-16-be").hex(),
            }
        )  # fmt: skip
        heard = hear(gateway, 2)
    texts = [h.event.text for h in heard if isinstance(h.event, Inbound)]
    assert texts == ["STOP @ once", payload]


def test_a_receipt_for_an_unknown_id_and_one_told_twice_are_handed_on_as_told() -> None:
    told = {
        "source_addr": "8613800138000", "destination_addr": "10690001", "esm_class": 4,
        "data_coding": 0, "hex": b"id:999 stat:DELIVRD err:000".hex(),
    }  # fmt: skip
    with started_smsc() as smsc, linked(smsc) as gateway:
        smsc.order(deliver=told)
        smsc.order(deliver=told)
        heard = hear(gateway, 2)
    expected = Receipt("city-bank", "999", ReceiptStatus.DELIVERED, NOW, address="+8613800138000")
    assert [h.event for h in heard] == [expected, expected]


def test_an_unregistered_sender_is_refused_with_the_centres_code(tmp_path: Path) -> None:
    path = tmp_path / "statement"
    with started_smsc(senders=["10690002"], statement=str(path)) as smsc, linked(smsc) as gateway:
        assert gateway.send([consignment()]) == [
            Answer(UUID(int=1), Fate.REFUSED, reason="rinvsrcadr")
        ]
        assert gateway.link() is Link.UP
    assert statement_of(path) == []


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"text": "好" * 5000}, "text_too_long"),
        ({"text": ""}, "text_empty"),
        ({"address": "8613800138000"}, "address_faulty"),
        ({"address": "010-88886666"}, "address_faulty"),
        ({"address": "10086"}, "address_faulty"),
        ({"sender": "other-bank"}, "other_sender"),
        ({"channel": Channel.LETTER}, "other_sender"),
    ],
)
def test_what_cannot_be_sent_is_refused_before_the_centre_sees_it(
    idle: tuple[Smsc, SmppGateway], change: dict[str, Any], reason: str
) -> None:
    smsc, gateway = idle
    before = smsc.order()["submissions"]
    answers = gateway.send([consignment(number=1, **change), consignment(number=2)])
    assert answers[0] == Answer(UUID(int=1), Fate.REFUSED, reason=reason)
    assert answers[1].fate is Fate.TAKEN
    assert smsc.order()["submissions"] == before + 1


def test_a_throttling_centre_gets_no_more_of_the_batch_and_the_link_is_limited(
    tmp_path: Path,
) -> None:
    path = tmp_path / "statement"
    with started_smsc(throttle_every=5, statement=str(path)) as smsc:
        with linked(smsc, window=4) as gateway:
            answers = gateway.send([consignment(number=n) for n in range(1, 101)])
            assert gateway.link() is Link.LIMITED
        submissions = smsc.order()["submissions"]
    assert {a.fate for a in answers} == {Fate.TAKEN, Fate.BUSY}
    assert {a.reason for a in answers} == {"", "rthrottled", "held_back"}
    assert submissions < 20
    taken = [int(a.message_id) for a in answers if a.fate is Fate.TAKEN]
    assert [line["user_message_reference"] for line in statement_of(path)] == taken


def test_a_full_queue_is_busy_too() -> None:
    with started_smsc(full_every=1) as smsc, linked(smsc) as gateway:
        (answer,) = gateway.send([consignment()])
        assert (answer.fate, answer.reason) == (Fate.BUSY, "rmsgqful")
        assert gateway.link() is Link.LIMITED


def test_a_throttled_part_of_a_message_already_begun_is_tried_again(tmp_path: Path) -> None:
    path, text = tmp_path / "statement", "好" * 190
    with started_smsc(throttle_every=2, statement=str(path)) as smsc, linked(smsc) as gateway:
        (answer,) = gateway.send([consignment(text)])
        assert answer.fate is Fate.TAKEN
        assert len(answer.channel_ids) == 3
    lines = statement_of(path)
    assert sorted(line["part"] for line in lines) == [1, 2, 3]
    assert lines[-1]["sha256"] == digest(text)


def test_every_message_of_a_batch_cut_by_lost_links_is_told_truly(tmp_path: Path) -> None:
    """Taken is in the statement once, busy is not in it; only unsure may be either."""
    path = tmp_path / "statement"
    dropping: dict[str, Any] = {"drop_chance": 0.02, "seed": 7, "statement": str(path)}
    with started_smsc(**dropping) as smsc, linked(smsc, binds=2) as gateway:
        answers = gateway.send([consignment(number=n) for n in range(1, 1001)])
    accepted = [line["user_message_reference"] for line in statement_of(path)]
    assert len(accepted) == len(set(accepted))
    by_fate = {fate: {int(a.message_id) for a in answers if a.fate is fate} for fate in Fate}
    assert by_fate[Fate.TAKEN] <= set(accepted)
    assert by_fate[Fate.REFUSED] == set()
    assert not by_fate[Fate.BUSY] & set(accepted)
    assert set(accepted) <= by_fate[Fate.TAKEN] | by_fate[Fate.UNSURE]
    assert by_fate[Fate.UNSURE]


def test_a_message_never_answered_is_unsure_and_its_receipt_finds_it() -> None:
    with started_smsc(silent_every=1) as smsc, linked(smsc, response_seconds=0.3) as gateway:
        (answer,) = gateway.send([consignment(number=31)])
        assert (answer.fate, answer.reason) == (Fate.UNSURE, "no_answer")
        (heard,) = hear(gateway, 1)
    assert isinstance(heard.event, Receipt)
    assert (heard.event.reference, heard.event.address) == (31, "+8613800138000")


def test_without_a_link_everything_is_busy_and_nothing_was_sent() -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        gateway = SmppGateway(settings(nobody.getsockname()[1]), now=now)
        try:
            answers = gateway.send([consignment(number=1), consignment("好" * 100, number=2)])
            assert [(a.fate, a.reason) for a in answers] == [(Fate.BUSY, "link_down")] * 2
            assert gateway.link() is Link.DOWN
            assert gateway.fault() == "unreachable"
        finally:
            gateway.close()


def test_a_wrong_password_leaves_the_link_down_and_says_so() -> None:
    with started_smsc() as smsc:
        gateway = SmppGateway(settings(smsc.port, password="wrong"), now=now)
        try:
            wait_for(lambda: gateway.fault() == "rbindfail")
            assert gateway.link() is Link.DOWN
        finally:
            gateway.close()


def test_a_lost_link_comes_back_by_itself_and_an_unbind_is_answered() -> None:
    with started_smsc() as smsc, linked(smsc) as gateway:
        for order in ({"drop": True}, {"unbind": True}):
            smsc.order(**order)
            wait_for(lambda: gateway.link() is Link.UP and smsc.order()["sessions"] == 1)
            (answer,) = gateway.send([consignment()])
            assert answer.fate in (Fate.TAKEN, Fate.BUSY, Fate.UNSURE)
        wait_for(lambda: gateway.send([consignment(number=9)])[0].fate is Fate.TAKEN)


def test_a_centre_killed_and_started_again_is_found_by_itself() -> None:
    first = start_smsc()
    gateway = SmppGateway(settings(first.port), now=now)
    try:
        wait_until_up(gateway)
        assert gateway.send([consignment(number=1)])[0].fate is Fate.TAKEN
        first.process.kill()
        wait_for(lambda: gateway.link() is Link.DOWN)
        assert gateway.send([consignment(number=2)])[0].fate is Fate.BUSY
        with started_smsc(port=first.port, first_id=100):
            wait_until_up(gateway)
            assert gateway.send([consignment(number=3)])[0].channel_ids == ("101",)
    finally:
        first.stop()
        gateway.close()


def test_a_pair_of_binds_sends_on_one_and_hears_on_the_other() -> None:
    with started_smsc() as smsc, linked(smsc, mode="pair", binds=2) as gateway:
        wait_for(lambda: smsc.order()["sessions"] == 4)
        answers = gateway.send([consignment(number=n) for n in range(1, 51)])
        assert {a.fate for a in answers} == {Fate.TAKEN}
        assert len(hear(gateway, 50)) == 50


def test_hexadecimal_ids_and_their_decimal_receipts_meet() -> None:
    ids: dict[str, Any] = {"receipt_ids": "decimal_of_hex"}
    with (
        started_smsc(ids="decimal_of_hex", receipts="text") as smsc,
        linked(smsc, **ids) as gateway,
    ):
        (answer,) = gateway.send([consignment()])
        (heard,) = hear(gateway, 1)
    assert answer.channel_ids == ("a0001",)
    assert isinstance(heard.event, Receipt)
    assert heard.event.channel_id == "a0001"


def test_a_number_can_be_written_the_national_way(tmp_path: Path) -> None:
    path = tmp_path / "statement"
    with started_smsc(statement=str(path)) as smsc, linked(smsc, number_form="national") as gateway:
        gateway.send([
            consignment(number=1, address="+86 138 0013 8000"),
            consignment(number=2, address="+85251234567"),
        ])  # fmt: skip
    assert [line["destination"] for line in statement_of(path)] == [NUMBER, "85251234567"]


def test_an_undelivered_message_says_why() -> None:
    with started_smsc(undeliverable_numbers=["8613800138000"]) as smsc, linked(smsc) as gateway:
        gateway.send([consignment()])
        (heard,) = hear(gateway, 1)
    assert isinstance(heard.event, Receipt)
    assert (heard.event.status, heard.event.reason) == (
        ReceiptStatus.UNDELIVERED, "undeliv:012",
    )  # fmt: skip


def test_the_link_runs_over_tls_and_a_stranger_with_another_name_gets_nothing(
    tmp_path: Path,
) -> None:
    key, cert = certificate_for_localhost(tmp_path)
    tls: dict[str, Any] = {"tls_ca_file": cert}
    with started_smsc(tls_key=str(key), tls_cert=str(cert), deliver_window=1000) as smsc:
        with linked(smsc, host="localhost", **tls) as gateway:
            answers = gateway.send([consignment("好" * 200, number=n) for n in range(1, 201)])
            assert {a.fate for a in answers} == {Fate.TAKEN}
            assert len(hear(gateway, 600)) == 600
        stranger = SmppGateway(settings(smsc.port, host="127.0.0.1", **tls), now=now)
        try:
            wait_for(lambda: stranger.fault() == "unreachable")
            assert stranger.link() is Link.DOWN
        finally:
            stranger.close()
