"""The SMS gateway against bare sockets: what goes over the wire, and centres that misbehave."""

import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from forbear.contact.dispatch import Answer, Fate, Link
from forbear_server.gateways.sms import SmppGateway, SmppSettings
from gateways.consignments import consignment, now, wait_for, wait_until_up

BOUND = bytes.fromhex("0000001180000009000000000000000100")


def opened(port: int, **changes: Any) -> SmppGateway:
    settings: dict[str, Any] = {
        "response_seconds": 0.5, "link_wait_seconds": 0.1, "reconnect_first_seconds": 0.05,
    }  # fmt: skip
    return SmppGateway(
        SmppSettings(
            "city-bank", "10690001", "127.0.0.1", port, "app", "secret", **{**settings, **changes}
        ),
        now=now,
    )


@contextmanager
def bound(**changes: Any) -> Iterator[tuple[SmppGateway, socket.socket, socket.socket]]:
    """A gateway bound to a bare socket: the gateway, the peer's end, the listening socket."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8192)
        gateway = opened(server.getsockname()[1], **changes)
        try:
            peer, _ = server.accept()
            with peer:
                peer.recv(1000)
                peer.sendall(BOUND)
                wait_until_up(gateway)
                yield gateway, peer, server
        finally:
            gateway.close()


def submit_frame(sequence: int = 3) -> bytes:
    """A submit_sm of 70 units as it goes over the wire, field by field as SMPP 3.4 lists them."""
    body = b"".join((
        b"\0", b"\0\1", b"10690001\0", b"\1\1", b"8613800138000\0", b"\0\0\0", b"\0",
        b"261122140000000+\0", b"\1\0\x08\0", bytes((140,)), "好".encode("utf-16-be") * 70,
        bytes.fromhex("020400020001"),
    ))  # fmt: skip
    head = (16 + len(body), 4, 0, sequence)
    return b"".join(number.to_bytes(4, "big") for number in head) + body


def test_a_submission_is_written_field_by_field_as_the_standard_lists_them() -> None:
    with bound() as (gateway, peer, _):
        assert gateway.send([consignment("好" * 70)])[0].reason == "no_answer"
        assert peer.recv(1000) == submit_frame()


def test_a_centre_that_names_nothing_it_takes_still_took_it() -> None:
    with bound(response_seconds=2.0) as (gateway, peer, _), ThreadPoolExecutor() as pool:
        sending = pool.submit(gateway.send, [consignment(number=5)])
        sequence = peer.recv(1000)[12:16]
        peer.sendall(bytes.fromhex("000000118000000400000000") + sequence + b"\0")
        answers = sending.result()
    assert answers == [Answer(UUID(int=5), Fate.TAKEN, (f"unnamed-{UUID(int=5).hex}-1",))]


def test_a_nack_without_a_status_refuses_the_part_it_names() -> None:
    with bound(response_seconds=2.0) as (gateway, peer, _), ThreadPoolExecutor() as pool:
        sending = pool.submit(gateway.send, [consignment()])
        sequence = peer.recv(1000)[12:16]
        peer.sendall(bytes.fromhex("000000108000000000000003") + sequence)
        (answer,) = sending.result()
    assert (answer.fate, answer.reason) == (Fate.REFUSED, "rinvcmdid")


def test_a_centre_that_reads_nothing_more_gets_nothing_later_either() -> None:
    """What the socket took may be there and is unsure; what it never took is free for another try."""
    count = 5_000
    with bound(window=count, response_seconds=1.0) as (gateway, peer, server):
        answers = gateway.send([consignment("好" * 70, number=n) for n in range(1, count + 1)])
        server.close()
        arrived = sum(map(len, iter(lambda: peer.recv(1 << 20), b"")))
    fates = [answer.fate for answer in answers]
    written = fates.count(Fate.UNSURE)
    assert fates == [Fate.UNSURE] * written + [Fate.BUSY] * (count - written)
    assert 0 < written < count
    assert written == arrived // len(submit_frame())


def test_octets_that_are_no_pdu_end_the_link_and_it_is_built_again() -> None:
    for octets in (b"\0\0\0\5abcdefghijkl", b"\xff" * 16):
        with bound() as (gateway, peer, server):
            peer.sendall(octets)
            again, _ = server.accept()
            with again:
                again.recv(1000)
                again.sendall(BOUND)
                wait_until_up(gateway)


def test_a_delivery_nobody_can_read_is_refused_for_good_and_the_link_stays() -> None:
    with bound() as (gateway, peer, _):
        peer.sendall(bytes.fromhex("00000011000000050000000000000007ff"))
        assert peer.recv(1000).hex() == "00000010800000050000006500000007"
        assert gateway.hear() == []
        assert gateway.link() is Link.UP


def test_an_unknown_request_is_answered_with_a_nack_and_a_question_with_an_answer() -> None:
    with bound() as (gateway, peer, _):
        peer.sendall(bytes.fromhex("00000010000000150000000000000009"))
        assert peer.recv(1000).hex() == "00000010800000150000000000000009"
        peer.sendall(bytes.fromhex("0000001000000fff000000000000000a"))
        assert peer.recv(1000).hex() == "0000001080000000000000030000000a"
        assert gateway.link() is Link.UP


def test_a_peer_that_speaks_no_smpp_does_not_stop_the_reconnecting() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        gateway = opened(server.getsockname()[1])
        try:
            for _ in range(2):
                peer, _ = server.accept()
                with peer:
                    peer.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n" * 4)
                    peer.shutdown(socket.SHUT_WR)
            assert gateway.link() is Link.DOWN
        finally:
            gateway.close()


def test_a_silent_link_is_given_up() -> None:
    """A centre that binds and then says nothing: enquire_link finds out."""
    with bound(enquire_seconds=0.1, response_seconds=0.3) as (gateway, peer, _):
        wait_for(lambda: gateway.fault() == "link_silent")
        assert peer.recv(1000).hex() == "00000010000000150000000000000003"
