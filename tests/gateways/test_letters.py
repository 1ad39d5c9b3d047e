"""Letters as the printing house finds them, and receipts as the carrier writes them."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from forbear.contact.channels import Channel
from forbear.contact.dispatch import (
    AddressFaulty,
    Answer,
    Consignment,
    Fate,
    Link,
    Receipt,
    ReceiptStatus,
)
from forbear_server.gateways import letters
from forbear_server.gateways.letter_numbers import letter_number, printed_number, read_number
from forbear_server.gateways.letter_tracking import TrackingFaulty, read_tracking_file
from forbear_server.gateways.letters import LetterGateway, LetterSettings, postal_lines
from gateways.consignments import consignment, now

ADDRESS = "林小满\n幸福路 8 号 3 单元 501\n江川市 210000"
TEXT = "您好。\n\n本月账单还没有付清，如有困难，请告诉我们。\n\n谢谢。"


def opened(folder: Path) -> LetterGateway:
    settings = LetterSettings(
        "city-bank", "城市银行", "寄件人：江川市人民路 1 号", folder / "out", folder / "tracking"
    )
    return LetterGateway(settings, now=now)


@pytest.fixture
def gateway(tmp_path: Path) -> Iterator[LetterGateway]:
    held = opened(tmp_path)
    if held.link() is Link.DOWN:
        pytest.skip("no Chinese font is installed")
    yield held


def letter(text: str = TEXT, *, number: int = 1, **changes: Any) -> Consignment:
    settings: dict[str, Any] = {"address": ADDRESS, "subject": "关于您的账单"}
    return consignment(text, number=number, channel=Channel.LETTER, **{**settings, **changes})


def manifest(folder: Path) -> list[dict[str, str]]:
    path = folder / "out" / "manifest.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def test_a_letter_is_a_pdf_and_a_line_for_the_printing_house(
    gateway: LetterGateway, tmp_path: Path
) -> None:
    number = letter_number(UUID(int=1))
    assert gateway.send([letter()]) == [Answer(UUID(int=1), Fate.TAKEN, (number,))]
    pdf = (tmp_path / "out" / f"{number}.pdf").read_bytes()
    assert pdf.startswith(b"%PDF-")
    assert manifest(tmp_path) == [
        {
            "number": number,
            "file": f"{number}.pdf",
            "sha256": hashlib.sha256(pdf).hexdigest(),
            "message_id": str(UUID(int=1)),
            "language": "zh-Hans",
            "written_at": "2026-11-22T02:00:00+00:00",
        }
    ]


def test_the_same_letter_again_is_the_same_file_also_after_a_restart(
    gateway: LetterGateway, tmp_path: Path
) -> None:
    first = gateway.send([letter(), letter()])
    again = opened(tmp_path).send([letter()])
    assert [*first, *again] == [first[0]] * 3
    assert len(manifest(tmp_path)) == 1
    assert gateway.set_letter(letter()) == gateway.set_letter(letter())
    assert gateway.set_letter(letter()) != gateway.set_letter(letter(number=2))


def test_a_line_cut_by_a_crash_is_written_again_whole(
    gateway: LetterGateway, tmp_path: Path
) -> None:
    gateway.send([letter(number=1)])
    path = tmp_path / "out" / "manifest.jsonl"
    whole = path.read_bytes()
    path.write_bytes(whole + whole[:30].replace(b"S", b"S9"))
    (answer,) = opened(tmp_path).send([letter(number=2)])
    assert answer.fate is Fate.TAKEN
    numbers = [line["number"] for line in manifest(tmp_path)]
    assert numbers == [letter_number(UUID(int=1)), letter_number(UUID(int=2))]


def _send_five(folder: str) -> None:
    opened(Path(folder)).send([letter(number=n) for n in range(1, 6)])


def test_two_processes_write_each_letter_once(gateway: LetterGateway, tmp_path: Path) -> None:
    context = get_context("spawn")
    workers = [context.Process(target=_send_five, args=(str(tmp_path),)) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(timeout=30)
        assert worker.exitcode == 0
    assert sorted(line["message_id"] for line in manifest(tmp_path)) == [
        str(UUID(int=n)) for n in range(1, 6)
    ]


def test_what_looks_like_markup_is_printed_as_it_stands(
    gateway: LetterGateway, tmp_path: Path
) -> None:
    text = '#read("/etc/passwd") $x$ *a* \\ <b> [c] // d `e` #import "f"'
    (answer,) = gateway.send([letter(text, subject=text, address=f"{text[:50]}\n{ADDRESS}")])
    assert answer.fate is Fate.TAKEN
    pdf = (tmp_path / "out" / f"{letter_number(UUID(int=1))}.pdf").read_bytes()
    title = '#read("/etc/passwd") $x$ *a* \\ &lt;b&gt; [c] // d `e` #import "f"'
    assert title.encode() in pdf.replace(b"&quot;", b'"')


def test_a_permit_to_the_microsecond_makes_no_difference_to_the_letter(
    gateway: LetterGateway,
) -> None:
    plain = letter()
    permit = replace(plain.permit, opens_at=plain.permit.opens_at.replace(microsecond=123456))
    assert gateway.set_letter(replace(plain, permit=permit)) == gateway.set_letter(plain)


def test_an_english_letter_is_set_by_its_own_template(gateway: LetterGateway) -> None:
    english = gateway.set_letter(letter("Dear Ms Lin\n\nPlease call us.", language="en"))
    chinese = gateway.set_letter(letter("Dear Ms Lin\n\nPlease call us."))
    assert (b"/Lang(en-GB)" in english, b"/Lang(zh-CN)" in chinese) == (True, True)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"text": "好" * 5000}, "text_too_long"),
        ({"text": "您好🙏"}, "character_not_printable"),
        ({"text": "您好\x07"}, "character_not_printable"),
        ({"text": " \n"}, "text_empty"),
        ({"subject": " "}, "text_empty"),
        ({"language": "fr"}, "no_template_for_language"),
        ({"address": "林小满"}, "address_faulty"),
        ({"address": ADDRESS + "\n1" * 4}, "address_faulty"),
        ({"address": "林小满\n" + "幸" * 61}, "address_faulty"),
        ({"sender": "other-bank"}, "other_sender"),
    ],
)
def test_what_cannot_be_printed_or_brought_is_refused_and_nothing_written(
    gateway: LetterGateway, tmp_path: Path, change: dict[str, Any], reason: str
) -> None:
    assert gateway.send([letter(**change)]) == [Answer(UUID(int=1), Fate.REFUSED, reason=reason)]
    assert not list((tmp_path / "out").glob("*"))


def test_a_folder_that_cannot_be_written_leaves_the_letter_for_later(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file where the folder should be")
    gateway = opened(tmp_path)
    if gateway.link() is Link.DOWN:
        pytest.skip("no Chinese font is installed")
    (answer,) = gateway.send([letter()])
    assert (answer.fate, answer.reason) == (Fate.BUSY, "outgoing_not_writable")
    assert gateway.link() is Link.DOWN


def test_without_a_chinese_font_no_letter_of_empty_squares_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(letters, "FONTS", ("A font nobody has",))
    gateway = opened(tmp_path)
    assert gateway.link() is Link.DOWN
    assert gateway.send([letter()]) == [Answer(UUID(int=1), Fate.BUSY, reason="no_chinese_font")]
    assert manifest(tmp_path) == []


def test_one_wrong_digit_or_two_swapped_are_noticed_everywhere_in_the_number() -> None:
    number = letter_number(UUID(int=1))
    assert read_number(printed_number(number)) == number
    for place in range(1, len(number)):
        digit = str((int(number[place]) + 1) % 10)
        assert read_number(number[:place] + digit + number[place + 1 :]) is None
        swapped = number[:place] + number[place : place + 2][::-1] + number[place + 2 :]
        assert read_number(swapped) == (number if swapped == number else None)


def test_an_address_is_lines_for_a_window() -> None:
    assert postal_lines(" 林小满 \n\n幸福路 8 号\r\n江川市 ") == ["林小满", "幸福路 8 号", "江川市"]
    with pytest.raises(AddressFaulty, match="2 to 6 lines"):
        postal_lines("林小满")


NUMBER = letter_number(UUID(int=1))


@pytest.mark.parametrize("coding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_carriers_file_is_read_in_the_codings_carriers_write(tmp_path: Path, coding: str) -> None:
    path = tmp_path / "carrier.csv"
    rows = f"信件编号,网点,状态,时间,原因\n{printed_number(NUMBER)},江川,退回,2026/11/24 09:05,查无此人\n"
    path.write_text(rows, encoding=coding)
    at = datetime(2026, 11, 24, 1, 5, tzinfo=UTC)
    tracking = read_tracking_file(path, sender="city-bank")
    assert tracking.receipts == (
        Receipt("city-bank", NUMBER, ReceiptStatus.UNDELIVERED, at, "unknown"),
    )
    assert tracking.faults == ()


def test_a_faulty_row_is_put_aside_by_its_line_and_the_others_count(tmp_path: Path) -> None:
    path = tmp_path / "carrier.csv"
    path.write_text(
        "number,status,at\n"
        f"{NUMBER},delivered,2026-11-24T09:05:00+08:00\n"
        f"{NUMBER[:-1]}0,delivered,2026-11-24 09:05\n"
        f"{NUMBER},eaten,2026-11-24 09:05\n"
        f"{NUMBER},posted,yesterday\n"
        ",,\n"
        f"{NUMBER}\n"
    )
    tracking = read_tracking_file(path, sender="city-bank")
    assert [r.status for r in tracking.receipts] == [ReceiptStatus.DELIVERED]
    assert [fault.partition(":")[0] for fault in tracking.faults] == [
        "line 3", "line 4", "line 5", "line 7",
    ]  # fmt: skip


def test_a_file_without_the_columns_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "carrier.csv"
    for text in ("", "a,b\n1,2\n"):
        path.write_text(text)
        with pytest.raises(TrackingFaulty, match="has no columns number"):
            read_tracking_file(path, sender="city-bank")


def test_a_carriers_file_is_told_until_it_is_kept_and_its_faults_lie_beside_it(
    gateway: LetterGateway, tmp_path: Path
) -> None:
    folder = tmp_path / "tracking"
    folder.mkdir()
    (folder / "a.csv").write_text(
        f"number,status,at\n{NUMBER},posted,2026-11-24 09:05\n{NUMBER},eaten,2026-11-24 09:05\n"
        f"{NUMBER},delivered,2026-11-25 09:05\n"
    )
    (folder / "b.csv").write_text("no columns")
    heard = gateway.hear()
    assert [h.event.status for h in heard if isinstance(h.event, Receipt)] == [
        ReceiptStatus.ACCEPTED, ReceiptStatus.DELIVERED,
    ]  # fmt: skip
    assert (folder / "a.faults").read_text().startswith("line 3: an unknown status")
    assert (folder / "b.faults").read_text().startswith("b.csv has no columns")
    heard[0].acknowledge()
    assert (folder / "a.csv").exists()
    assert gateway.hear() == []
    assert len(opened(tmp_path).hear()) == 2
    heard[1].acknowledge()
    assert sorted(p.name for p in (folder / "read").iterdir()) == ["a.csv", "b.csv"]
    assert opened(tmp_path).hear() == []
