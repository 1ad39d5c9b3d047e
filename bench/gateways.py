"""How fast the gateways are on loopback: SMS through SMPP windows, and letters set.

The message centre is the independent one of `peers/smsc.js`, on the same cores. A message counts
as through when its answer is here, as told when its receipt is heard and acknowledged.

    python -m bench.gateways                     windows 1, 16 and 64; 300 letters
    python -m bench.gateways --messages 20000    more of them
"""

from __future__ import annotations

import argparse
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

from peers.smsc import started_smsc, why_no_smsc

from forbear.compliance.permits import Permit
from forbear.contact.channels import Channel
from forbear.contact.dispatch import Consignment, Fate, Link, content_digest
from forbear_server.gateways.letters import LetterGateway, LetterSettings
from forbear_server.gateways.sms import SmppGateway, SmppSettings

BATCH = 1000
ADDRESS = "林小满\n幸福路 8 号 3 单元 501\n江川市 210000"


def wall_now() -> datetime:
    return datetime.now(UTC)


def consignment(number: int, channel: Channel, text: str, address: str) -> Consignment:
    now = wall_now()
    subject = "关于您的账单" if channel is Channel.LETTER else ""
    permit = Permit(
        permit_id=f"permit-{number}", borrower_ref="borrower", loan_ref=None, channel=channel.value,
        address_ref=None, content_digest=content_digest(text, subject=subject),
        opens_at=now, closes_at=now + timedelta(hours=2), rulebooks="bench", facts_digest="0" * 64,
    )  # fmt: skip
    return Consignment(
        UUID(int=number + 1), number % 65535 + 1, permit, channel, "bench", address, text, subject
    )


def sms(window: int, messages: int, text: str) -> None:
    """Messages a second until the last answer, and until the last receipt is acknowledged."""
    batch = [consignment(n, Channel.SMS, f"{text}{n:06d}", f"138{n:08d}") for n in range(messages)]
    with started_smsc(deliver_window=1000) as smsc:
        settings = SmppSettings(
            "bench", "10690001", "127.0.0.1", smsc.port, "app", "secret", window=window
        )
        gateway = SmppGateway(settings, now=wall_now)
        while gateway.link() is not Link.UP:
            time.sleep(0.01)
        began, cpu = time.perf_counter(), time.process_time()
        answers, told = [], 0
        for start in range(0, messages, BATCH):
            answers += gateway.send(batch[start : start + BATCH])
            told += _acknowledged(gateway)
        through = time.perf_counter() - began
        parts = sum(len(answer.channel_ids) for answer in answers)
        while told < parts:
            told += _acknowledged(gateway)
            time.sleep(0.001)
        whole, cpu = time.perf_counter() - began, time.process_time() - cpu
        taken = sum(answer.fate is Fate.TAKEN for answer in answers)
        gateway.close()
        accepted = smsc.order()["accepted"]
    print(
        f"window {window:>3}, {parts // messages} part: {taken:,} of {messages:,} taken, {accepted:,} "
        f"parts accepted; {messages / through:,.0f} messages/s answered, {messages / whole:,.0f} with "
        f"receipts; {cpu / messages * 1e6:,.0f} cpu-µs a message in this process"
    )


def _acknowledged(gateway: SmppGateway) -> int:
    heard = gateway.hear()
    for one in heard:
        one.acknowledge()
    return len(heard)


def letters(count: int) -> None:
    """Letters a second: set, written with fsync, entered in the manifest with fsync."""
    text = (
        "您好。\n\n" + "我们注意到您本月的账单还没有付清，如有困难请告诉我们。" * 12 + "\n\n谢谢。"
    )
    with tempfile.TemporaryDirectory() as folder:
        settings = LetterSettings("bench", "城市银行", "江川市人民路 1 号", Path(folder))
        gateway = LetterGateway(settings, now=wall_now)
        if gateway.link() is Link.DOWN:
            print("letters: no Chinese font is installed")
            return
        batch = [consignment(n, Channel.LETTER, f"{text}{n}", ADDRESS) for n in range(count)]
        began = time.perf_counter()
        taken = sum(answer.fate is Fate.TAKEN for answer in gateway.send(batch))
        seconds = time.perf_counter() - began
        size = sum(path.stat().st_size for path in Path(folder).glob("*.pdf")) / count
    print(
        f"letters: {taken} of {count} in {seconds:.1f} s, {count / seconds:,.0f}/s, {size:,.0f} octets each"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=10_000)
    parser.add_argument("--letters", type=int, default=300)
    wanted = parser.parse_args()
    if reason := why_no_smsc():
        print(f"sms: not measured, {reason}")
    else:
        for window in (1, 16, 64):
            sms(window, wanted.messages, "您好，本月账单已出，如有困难请告诉我们。")
        sms(64, wanted.messages // 3, "您好，本月账单已出，如有困难请告诉我们。" * 8)
    letters(wanted.letters)


if __name__ == "__main__":
    main()
