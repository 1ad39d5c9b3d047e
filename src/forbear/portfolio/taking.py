"""Taking a clean tape into the book: partitions, keys, running totals, merging by kind.

The tape was checked by `intake`; here nothing is judged any more, only laid down. Kinds:

- new: loans not yet in the book, with whatever hangs on them.
- financial: payments, pauses, re-ages, attempts are added.
- maintenance: attributes of known borrowers and loans, consents, and instalments are replaced.
- recall: `recalled_on` of known loans is set.
- full_snapshot: everything of the lender gives way to the tape.
"""

from collections.abc import Mapping

import polars as pl

from forbear.portfolio.book import Book, Draft, TapeRecord, partitions_of
from forbear.portfolio.schema import BOOK, INSTALMENT_AMOUNTS, TAPE
from forbear.primitives.errors import require

Tape = Mapping[str, pl.DataFrame]

BY_LOAN = ("instalments", "payments", "delinquency_events", "monthly_status")
BY_BORROWER = ("borrowers", "contact_attempts", "consents")
REPLACED_BY_MAINTENANCE = ("instalments",)
UPSERT_KEYS = {
    "borrowers": ["lender", "borrower_id"],
    "consents": ["lender", "borrower_id", "consent_id"],
}


def known_loans(book: Book, lender: str) -> pl.DataFrame:
    """Loans of `lender` in the book: loan_id, borrower_id, currency, disbursed_on."""
    return (
        book.scan_all("loans")
        .filter(pl.col("lender") == lender)
        .select("loan_id", "borrower_id", "currency", "disbursed_on")
        .collect()
    )


def known_payment_ids(book: Book, lender: str) -> pl.Series:
    """Payment ids of `lender` in the book."""
    found = [
        book.scan("payments", number)
        .join(_keys(book, number, lender).lazy(), on="loan_key", how="semi")
        .select("payment_id")
        .collect()["payment_id"]
        for number in range(book.manifest.partitions)
        if book.path("payments", number)
    ]
    return pl.concat(found) if found else pl.Series("payment_id", [], dtype=pl.String)


def take(
    book: Book,
    tape: Tape,
    *,
    record: TapeRecord,
    lender_terms: dict[str, str],
    status_scheme: str | None = None,
    expected_version: int | None = None,
) -> None:
    """Make the tape part of the book as one whole, or leave the book as it was.

    Raises `BookMoved` when the book is no longer at `expected_version`.
    """
    with book.writing(expected_version=expected_version) as draft:
        if book.manifest.version == 0 and "loans" in tape:
            draft.set_partitions(partitions_for(tape["loans"].height))
        placed = _placed(book, tape, record)
        for number in range(book.manifest.partitions):
            part = {
                name: frame.filter(pl.col("partition") == number).drop("partition")
                for name, frame in placed.items()
            }
            if record.kind == "full_snapshot":
                _forget(book, draft, number, record.lender, part)
            elif any(frame.height for frame in part.values()):
                _merge(book, draft, number, part, record)
        draft.record(record, lender_terms=lender_terms, status_scheme=status_scheme)


def partitions_for(loans: int) -> int:
    """Partitions of a new book: about 100,000 loans each, from 4 (so a run can resume) to 64."""
    return min(max(loans // 100_000, 4), 64)


def _placed(book: Book, tape: Tape, record: TapeRecord) -> dict[str, pl.DataFrame]:
    """Every frame with the partition of its row's borrower."""
    partitions = book.manifest.partitions
    home = _home_of_loans(book, tape, record.lender)
    placed: dict[str, pl.DataFrame] = {}
    for name, frame in tape.items():
        typed = frame.select(pl.col(c).cast(t) for c, t in TAPE[name].items())
        if name in BY_LOAN:
            joined = typed.join(home, on="loan_id", how="left")
            require(joined["partition"].null_count() == 0, f"{name}: row of an unknown loan")
            placed[name] = joined
        else:
            numbers = partitions_of(record.lender, typed["borrower_id"].to_list(), partitions)
            placed[name] = typed.with_columns(pl.Series("partition", numbers, dtype=pl.UInt16))
    return placed


def _home_of_loans(book: Book, tape: Tape, lender: str) -> pl.DataFrame:
    loans = known_loans(book, lender).select("loan_id", "borrower_id")
    if "loans" in tape:
        loans = pl.concat([tape["loans"].select("loan_id", "borrower_id"), loans])
        loans = loans.unique("loan_id", keep="first", maintain_order=True)
    numbers = partitions_of(lender, loans["borrower_id"].to_list(), book.manifest.partitions)
    return loans.select("loan_id").with_columns(pl.Series("partition", numbers, dtype=pl.UInt16))


def _keys(book: Book, number: int, lender: str) -> pl.DataFrame:
    own = book.scan("loans", number).filter(pl.col("lender") == lender)
    return own.select("loan_id", "loan_key").collect()


def _merge(
    book: Book, draft: Draft, number: int, part: dict[str, pl.DataFrame], record: TapeRecord
) -> None:
    """Lay one partition's rows beside what is there."""
    loans = book.scan("loans", number).collect()
    new_loans = part.get("loans")
    if new_loans is not None and new_loans.height:
        loans = _merged_loans(loans, new_loans)
    keys = loans.filter(pl.col("lender") == record.lender).select("loan_id", "loan_key")
    instalments = _merged_by_loan("instalments", book, number, part, keys, record.kind)
    if instalments is not None:
        instalments = with_running_totals(instalments)
        draft.replace("instalments", number, instalments)
        loans = with_schedule_totals(loans, instalments)
    if instalments is not None or (new_loans is not None and new_loans.height):
        draft.replace("loans", number, loans)
    for name in BY_LOAN[1:]:
        merged = _merged_by_loan(name, book, number, part, keys, record.kind)
        if merged is not None:
            draft.replace(name, number, merged)
    for name in BY_BORROWER:
        fresh = part.get(name)
        if fresh is None or not fresh.height:
            continue
        both = pl.concat([book.scan(name, number).collect(), fresh])
        if name in UPSERT_KEYS:
            both = both.unique(UPSERT_KEYS[name], keep="last", maintain_order=True)
        draft.replace(name, number, both)


def _merged_loans(loans: pl.DataFrame, fresh: pl.DataFrame) -> pl.DataFrame:
    """Known loans keep their key and take the attributes the tape tells; new ones get the next."""
    identity = ["lender", "loan_id"]
    told = [c for c in TAPE["loans"] if c not in identity]
    known = loans.join(fresh.select(*identity, *told), on=identity, how="left", suffix="_told")
    known = known.with_columns(pl.coalesce(f"{c}_told", c).alias(c) for c in told)
    added = fresh.join(loans, on=identity, how="anti", maintain_order="left")
    added = added.with_row_index("loan_key", offset=loans.height).with_columns(
        pl.lit(0, pl.Int64).alias("scheduled_minor")
    )
    columns = [pl.col(c).cast(t) for c, t in BOOK["loans"].items()]
    merged = pl.concat([known.select(columns), added.select(columns)]).sort("loan_key")
    expected = pl.Series(range(merged.height), dtype=pl.UInt32)
    require((merged["loan_key"] == expected).all(), "loan keys must be 0, 1, 2 ...")
    return merged


def _merged_by_loan(
    name: str,
    book: Book,
    number: int,
    part: dict[str, pl.DataFrame],
    keys: pl.DataFrame,
    kind: str,
) -> pl.DataFrame | None:
    """Rows that hang on loans, keyed; None when the tape brings none for this partition."""
    fresh = part.get(name)
    if fresh is None or not fresh.height:
        return None
    keyed = fresh.join(keys, on="loan_id", how="left").drop("lender", "loan_id")
    old = book.scan(name, number).collect()
    if kind == "maintenance" and name in REPLACED_BY_MAINTENANCE:
        old = old.join(keyed, on="loan_key", how="anti")
    columns = [c for c in BOOK[name] if c != "due_cumulative_minor"]
    return pl.concat([old.select(columns), keyed.select(columns)])


def with_running_totals(instalments: pl.DataFrame) -> pl.DataFrame:
    """Instalments in order of due date with `due_cumulative_minor` of their loan."""
    ordered = instalments.sort("loan_key", "due_on", "seq")
    amount = pl.sum_horizontal(pl.col(c).fill_null(0) for c in INSTALMENT_AMOUNTS)
    running = ordered.select("loan_key", total=amount.cum_sum(), amount=amount)
    before = pl.col("total") - pl.col("amount")
    started = running.select(pl.col("total") - before.first().over("loan_key"))
    return ordered.with_columns(started["total"].alias("due_cumulative_minor"))


def with_schedule_totals(loans: pl.DataFrame, instalments: pl.DataFrame) -> pl.DataFrame:
    """Loans with `scheduled_minor`, the sum of their schedule (0 without one)."""
    totals = instalments.group_by("loan_key").agg(
        pl.col("due_cumulative_minor").max().alias("scheduled")
    )
    joined = loans.join(totals, on="loan_key", how="left", maintain_order="left")
    return joined.with_columns(pl.col("scheduled").fill_null(0).alias("scheduled_minor")).drop(
        "scheduled"
    )


def _forget(
    book: Book, draft: Draft, number: int, lender: str, part: dict[str, pl.DataFrame]
) -> None:
    """Replace everything of `lender` in this partition by the tape; other lenders keep theirs."""
    others = book.scan("loans", number).filter(pl.col("lender") != lender).collect()
    renumbered = others.with_row_index("fresh_key")
    mapping = renumbered.select("loan_key", pl.col("fresh_key").cast(pl.UInt32))
    loans = renumbered.drop("loan_key").rename({"fresh_key": "loan_key"})
    loans = loans.select(pl.col(c).cast(t) for c, t in BOOK["loans"].items())
    if "loans" in part:
        loans = _merged_loans(loans, part["loans"])
    keys = loans.filter(pl.col("lender") == lender).select("loan_id", "loan_key")
    for name in BY_LOAN:
        kept = book.scan(name, number).collect().join(mapping, on="loan_key", how="inner")
        kept = kept.drop("loan_key").rename({"fresh_key": "loan_key"})
        columns = [c for c in BOOK[name] if c != "due_cumulative_minor"]
        frames = [kept.select(columns)]
        if name in part:
            keyed = part[name].join(keys, on="loan_id", how="left")
            frames.append(keyed.select(columns))
        merged = pl.concat(frames)
        if name == "instalments":
            merged = with_running_totals(merged)
            loans = with_schedule_totals(loans, merged)
        _replace_if_any(book, draft, name, number, merged)
    _replace_if_any(book, draft, "loans", number, loans)
    for name in BY_BORROWER:
        rows = book.scan(name, number).filter(pl.col("lender") != lender).collect()
        if name in part:
            rows = pl.concat([rows, part[name]])
        _replace_if_any(book, draft, name, number, rows)


def _replace_if_any(book: Book, draft: Draft, name: str, number: int, frame: pl.DataFrame) -> None:
    if frame.height or book.path(name, number):
        draft.replace(name, number, frame)
