"""Decisions a cpu-second: scalar, columns, facts, and the same five rules in other engines.

python bench/rules.py [rows ...]      columns at these sizes (default 10,000,000)
python bench/rules.py --shards 10     ten shards of 10,000,000 rows: 10^8
"""

import argparse
import random
import time
from collections.abc import Callable
from datetime import date

import polars as pl
from rule_facts import AT, made_events, made_frame, made_history, made_people

from forbear import rulebooks
from forbear.compliance.columns import ColumnAlgebra, ColumnRule, judged
from forbear.compliance.fact_kinds import vocabulary
from forbear.compliance.judging import ALL_BIND, RulesInForce
from forbear.compliance.language import Parameters
from forbear.compliance.matters.conduct import ConductFacts
from forbear.compliance.scalar import compiled
from forbear.compliance.subset import read_rule_file
from forbear.compliance.verdicts import ALLOWED
from forbear.contact.channels import Channel
from forbear.contact.counting import contact_facts
from forbear.contact.counting_columns import counts
from forbear.contact.facts import ContactFacts

ON = date(2026, 11, 20)
CONTACT, CONDUCT = vocabulary(ContactFacts), vocabulary(ConductFacts)


def cpu(work: Callable[[], object]) -> tuple[float, float]:
    """Cpu seconds and wall seconds of one call."""
    wall, used = time.perf_counter(), time.process_time()
    work()
    return time.process_time() - used, time.perf_counter() - wall


def china(facts: type) -> RulesInForce:
    """Every rule of China's books over these facts that is in force and on: no scope narrows it."""
    rules = tuple(
        r
        for r in rulebooks.rules()
        if r.vocabulary.facts is facts and r.reach.jurisdiction == "CN" and r.reach.holds_on(ON)
    )
    return RulesInForce.of(ON, rules, ALL_BIND)


def scalar(checks: int = 20_000) -> None:
    contact, conduct = china(ContactFacts), china(ConductFacts)
    count = len(contact.rules) + len(conduct.rules)
    histories = [made_history(200, seed) for seed in range(100)]
    behaved = ConductFacts()
    r = random.Random(7)
    asked = [
        (r.choice(histories), Channel(r.choice(["voice_interactive", "sms", "visit"])))
        for _ in range(checks)
    ]
    times: list[float] = []

    def run() -> None:
        for history, channel in asked:
            begun = time.perf_counter()
            facts = contact_facts(history, channel=channel, at=AT, number_ref="mobile")
            contact.judge(facts)
            conduct.judge(behaved)
            times.append(time.perf_counter() - begun)

    used, _ = cpu(run)
    times.sort()
    p50, p99 = (times[int(len(times) * q)] * 1e6 for q in (0.5, 0.99))
    print(f"scalar, facts from 200 events + {count} rules of China: {checks / used:,.0f} checks/cpu-s,"
          f" p50 {p50:.0f} us, p99 {p99:.0f} us")  # fmt: skip


def columns(rows: int, shards: int = 1) -> None:
    rules = [*china(ContactFacts).column_rules(), *china(ConductFacts).column_rules()]
    asked = judged(rules)
    used = wall = 0.0
    size = grown = 0
    for shard in range(shards):
        frame = made_frame([CONTACT, CONDUCT], rows, seed=shard)
        made: list[pl.DataFrame] = []
        one_used, one_wall = cpu(
            lambda frame=frame, made=made: made.append(  # type: ignore[misc]
                frame.lazy().select(asked).collect(engine="streaming")
            )
        )
        used, wall = used + one_used, wall + one_wall
        size, grown = frame.estimated_size() >> 20, made[0].estimated_size() >> 20
    total = rows * shards
    print(f"columns, {total:,} rows, {len(rules)} rules, verdict + {len(asked) - 2} reasons + until: "
          f"{total / used / 1e6:.1f} M decisions/cpu-s ({wall:.1f} s wall; a shard {size} MB in, "
          f"{grown} MB out)", flush=True)  # fmt: skip


def facts(borrowers: int = 1_000_000, each: int = 20) -> None:
    people, events = made_people(borrowers), made_events(borrowers, each, seed=3)
    used, wall = cpu(lambda: counts(people, events.lazy()))
    print(f"facts, {borrowers:,} borrowers x {each} events: {borrowers * each / used / 1e6:.1f} M "
          f"events/cpu-s, {borrowers * each / wall / 1e6:.1f} M events/s", flush=True)  # fmt: skip


def peers() -> None:
    from rule_peers import OURS, PEERS  # noqa: PLC0415 - the other engines are a choice

    r = random.Random(1)
    told = [
        {
            "opted_out": r.random() < 0.05,
            "on_hold": r.random() < 0.03,
            "minute": r.randint(0, 1439),
            "today": r.randint(0, 4),
            "week": r.randint(0, 9),
            "channel": r.choice(["voice_interactive", "sms"]),
        }
        for _ in range(20_000)
    ]
    ours = [
        ContactFacts(
            channel=str(f["channel"]),
            local_minute=int(f["minute"]),
            is_channel_opted_out=bool(f["opted_out"]),
            is_on_hold=bool(f["on_hold"]),
            connected_interactive_calls_today=int(f["today"]),
            calls_seven_days=int(f["week"]),
        )
        for f in told
    ]
    read = read_rule_file("five.py", OURS, {"ContactFacts": CONTACT}, {})
    calls, none = list(compiled(read).values()), Parameters({})
    want = [all(call(f, none) is ALLOWED for call in calls) for f in ours]
    used, _ = cpu(lambda: [[call(f, none) for call in calls] for f in ours])
    base = len(ours) / used
    print(f"five rules, ours, one at a time, every reason kept: {base:,.0f} decisions/cpu-s")
    frame = made_frame([CONTACT], 1_000_000, seed=5)
    algebra = ColumnAlgebra(CONTACT.kinds, {})
    rules = [ColumnRule(one.rule_id, one.tree, algebra) for one in read.rules]
    used, _ = cpu(lambda: frame.lazy().select(judged(rules)).collect(engine="streaming"))
    print(f"five rules, ours, columns of 1,000,000 rows: {1e6 / used / 1e6:.1f} M decisions/cpu-s")
    for name, build, most in PEERS:
        ask = build()
        ask(told[:50])
        got: list[bool] = []
        used, _ = cpu(lambda ask=ask, got=got, most=most: got.extend(ask(told[:most])))  # type: ignore[misc]
        same = "equal" if got == want[:most] else "DIFFERENT ANSWERS"
        rate = most / used
        print(f"five rules, {name}: {rate:,.0f} decisions/cpu-s, ours is {base / rate:.1f}x ({same})",
              flush=True)  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rows", nargs="*", type=int, default=[10_000_000])
    parser.add_argument("--shards", type=int, default=1)
    parser.add_argument("--no-peers", action="store_true")
    asked = parser.parse_args()
    threads = pl.thread_pool_size()
    print(f"polars {pl.__version__}, {threads} threads; {len(rulebooks.rules())} rules loaded")
    scalar()
    facts()
    for rows in asked.rows:
        columns(rows, asked.shards)
    if not asked.no_peers:
        peers()


if __name__ == "__main__":
    main()
