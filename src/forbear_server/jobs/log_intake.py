"""Programs report what came of contacts, many at a time, and get receipts from the log itself.

One process is sequencer and intake at once: requests that wait together are written in one
transaction and sealed in one batch, and nobody gets a receipt before the signed head over their
entry is durable. RSGI (granian's own interface). One thread records, another seals, so that the
next batch is written to the desk while the files of the last one are synced.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, Protocol
from uuid import UUID

from django.db import close_old_connections, connection, transaction
from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
)

from forbear.contact.attempts import Outcome
from forbear.contact.channels import Channel
from forbear.evidence.log_errors import LogInUse
from forbear_server.jobs.log_sequencer import tell_trouble
from forbear_server.selectors.access import Screen, may_write
from forbear_server.selectors.actors import Actor
from forbear_server.services.api_tokens import actor_of_token
from forbear_server.services.contact_outcomes import (
    MOST_AT_ONCE,
    ContactOutcome,
    OutcomesRefused,
    record_contact_outcomes,
)
from forbear_server.services.log_sequencing import Sequencer, sequencer
from forbear_server.store import log_rows
from forbear_server.store.lender_scope import forget_scope, lender_scope
from forbear_server.store.log_files import origin

PATH = "/v1/contact-outcomes"
MOST_BYTES = 1 << 20
# A token that was taken back is refused after so many seconds at the latest.
TOKEN_SECONDS = 5.0
PAUSE_SECONDS = 0.05
GATHER_SECONDS = 0.01
RETRY_SECONDS = 1.0
# How long a thread that computes may keep the interpreter from the one that listens.
_SWITCH_SECONDS = 0.0005
_log = logging.getLogger("forbear.log")
_UNSEALED = (
    "What was reported may be recorded but is not acknowledged: the evidence log cannot be written. "
    "See `forbear log status` and report it again: it is recorded once."
)
EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
_JSON = [("content-type", "application/json")]
_PROBLEM = [("content-type", "application/problem+json")]


def _not_ancient(moment: datetime) -> datetime:
    if moment < EARLIEST:
        raise ValueError("no contact of before 1990 is reported")
    return moment


class OutcomeIn(BaseModel):
    """One contact that ended."""

    model_config = ConfigDict(extra="forbid")
    borrower_ref: str = Field(min_length=1, max_length=64, pattern=r"^[^\x00-\x1f]+$")
    channel: Channel
    outcome: Outcome
    ended_at: Annotated[AwareDatetime, AfterValidator(_not_ancient)]
    permit_id: UUID | None = None


_ONE_OR_MANY: TypeAdapter[list[OutcomeIn]] = TypeAdapter(list[OutcomeIn])


class Answered(Exception):
    """The request gets this answer and is done."""

    def __init__(self, status: int, code: str, title: str) -> None:
        super().__init__(title)
        self.status, self.code, self.title = status, code, title


@dataclass(frozen=True, slots=True)
class _Asked:
    token: str
    address: str
    outcomes: Sequence[ContactOutcome]
    answer: asyncio.Future[list[dict[str, object]]]


@dataclass(frozen=True, slots=True)
class _Recorded:
    answer: asyncio.Future[list[dict[str, object]]]
    entry_ids: Sequence[UUID]


class Scope(Protocol):
    """What granian tells of a request."""

    proto: str
    method: str
    path: str
    client: str
    headers: Mapping[str, str]


class Intake:
    """The application granian runs; `clock` is read once for each batch."""

    def __init__(
        self, *, clock: Callable[[], datetime], business_clock: Callable[[], datetime]
    ) -> None:
        self._clock, self._business_clock = clock, business_clock
        self._waiting: list[_Asked] = []
        self._unsealed: list[_Recorded] = []
        self._asked, self._recorded = asyncio.Event(), asyncio.Event()
        self._desk = ThreadPoolExecutor(max_workers=1, thread_name_prefix="desk")
        self._log = ThreadPoolExecutor(max_workers=1, thread_name_prefix="log")
        self._tokens: dict[str, tuple[float, Actor | None]] = {}
        self._held = ExitStack()
        self._sequencer: Sequencer | None = None
        self._tasks: list[asyncio.Task[None]] = []

    def __rsgi_init__(self, loop: asyncio.AbstractEventLoop) -> None:
        sys.setswitchinterval(_SWITCH_SECONDS)
        self._tasks = [loop.create_task(self._record_asked()), loop.create_task(self._seal_them())]

    def __rsgi_del__(self, loop: asyncio.AbstractEventLoop) -> None:
        for task in self._tasks:
            task.cancel()
        self._log.submit(self._let_go).result(timeout=30)

    async def __rsgi__(self, scope: Scope, protocol: Any) -> None:
        try:
            if scope.proto != "http":
                return
            receipts = await self._receipts(scope, protocol)
            protocol.response_bytes(201, _JSON, json.dumps({"receipts": receipts}).encode())
        except Answered as told:
            body = {"type": told.code, "title": told.title, "status": told.status, "errors": []}
            protocol.response_bytes(told.status, _PROBLEM, json.dumps(body).encode())

    async def _receipts(self, scope: Scope, protocol: Any) -> list[dict[str, object]]:
        if scope.path != PATH:
            raise Answered(404, "not_found", f"Only POST {PATH} is answered here.")
        if scope.method != "POST":
            raise Answered(405, "method_not_allowed", f"POST to {PATH}.")
        kind, _, token = (scope.headers.get("authorization") or "").partition(" ")
        if kind.lower() != "bearer" or not token:
            raise Answered(401, "token_missing_or_invalid", "Sign in: Authorization: Bearer fbr_…")
        if int(scope.headers.get("content-length") or 0) > MOST_BYTES:
            raise Answered(413, "request_too_big", f"At most {MOST_BYTES} bytes a request.")
        outcomes = _parsed(await protocol())
        answer: asyncio.Future[list[dict[str, object]]] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Asked(token, scope.client, outcomes, answer))
        self._asked.set()
        return await answer

    async def _record_asked(self) -> None:
        """Write to the desk what waits together; what was written waits for its seal."""
        loop = asyncio.get_running_loop()
        while True:
            await self._asked.wait()
            await asyncio.sleep(GATHER_SECONDS)  # more come in meanwhile, and share the syncs
            self._asked.clear()
            batch, self._waiting = self._waiting, []
            results = await loop.run_in_executor(self._desk, self._record_safely, batch)
            for asked, result in zip(batch, results, strict=True):
                if isinstance(result, Answered):
                    _answer(asked.answer, result)
                else:
                    self._unsealed.append(_Recorded(asked.answer, result))
            self._recorded.set()

    async def _seal_them(self) -> None:
        """Seal what was recorded, and what other processes queued; then the receipts go out."""
        loop = asyncio.get_running_loop()
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._recorded.wait(), PAUSE_SECONDS)
            self._recorded.clear()
            waiting, self._unsealed = self._unsealed, []
            ids = {entry_id for one in waiting for entry_id in one.entry_ids}
            sealed = await loop.run_in_executor(self._log, self._seal, ids)
            for one in waiting:
                if isinstance(sealed, Answered):
                    _answer(one.answer, sealed)
                else:
                    _answer(one.answer, _told(one.entry_ids, *sealed))

    def _record_safely(self, batch: Sequence[_Asked]) -> list[list[UUID] | Answered]:
        try:
            close_old_connections()
            return self._record(batch)
        except Exception:  # one request must never take the others' answers away
            _log.exception("reports could not be recorded")
            stopped = Answered(503, "desk_unreachable", "Nothing was recorded: try again.")
            return [stopped for _ in batch]

    def _seal(self, wanted: set[UUID]) -> tuple[dict[UUID, int], int] | Answered:
        """In the log's thread: seal until these have their places; where, and the log's size.

        They were committed before, so the queue or the log has them. With none wanted one batch is
        sealed, of what other processes recorded.
        """
        try:
            held = self._sequencing()
            places = log_rows.places_of(wanted) if wanted else {}
            while (sealed := held.seal_batch(now=self._clock())).count:
                places |= {
                    one: sealed.first_index + place for place, one in enumerate(sealed.entry_ids)
                }
                if wanted <= places.keys():
                    break
            if not wanted <= places.keys():
                raise LookupError(f"{len(wanted - places.keys())} recorded entries have no place")
            return places, held.size
        except LogInUse as fault:
            _log.warning("standing by: %s", fault)
            time.sleep(RETRY_SECONDS)
            return Answered(503, "log_unwritable", _UNSEALED)
        except Exception as fault:  # the gate must hear of it, and the loop must go on
            _log.exception("the evidence log cannot be written")
            self._let_go()
            tell_trouble(fault, self._clock())
            time.sleep(RETRY_SECONDS)
            return Answered(503, "log_unwritable", _UNSEALED)

    def _record(self, batch: Sequence[_Asked]) -> list[list[UUID] | Answered]:
        """Everything that can be recorded, in one transaction; an answer for what cannot."""
        results: dict[int, list[UUID] | Answered] = {}
        by_actor: dict[str, tuple[Actor, list[int]]] = {}
        for number, asked in enumerate(batch):
            actor = self._actor(asked)
            if actor is None:
                told = "The token signs nobody in."
                results[number] = Answered(401, "token_missing_or_invalid", told)
            elif not may_write(actor, Screen.WORKLIST):
                told = f"The role {actor.role} contacts nobody."
                results[number] = Answered(403, "role_missing", told)
            else:
                by_actor.setdefault(actor.username, (actor, []))[1].append(number)
        with transaction.atomic():
            for actor, numbers in by_actor.values():
                with lender_scope(actor.lender_id):
                    results |= self._record_for(actor, {n: batch[n].outcomes for n in numbers})
        return [results[number] for number in range(len(batch))]

    def _record_for(
        self, actor: Actor, requests: Mapping[int, Sequence[ContactOutcome]]
    ) -> dict[int, list[UUID] | Answered]:
        """One account's requests together; those with a fault are refused, the others recorded."""
        owners = [number for number, outcomes in requests.items() for _ in outcomes]
        everything = [one for outcomes in requests.values() for one in outcomes]
        try:
            made = record_contact_outcomes(
                actor=actor, outcomes=everything, now=self._business_clock()
            )
        except OutcomesRefused as refused:
            answers: dict[int, list[UUID] | Answered] = {}
            for where, what in refused.wrong:
                owner = owners[where]
                place = where - owners.index(owner)
                answers.setdefault(owner, Answered(422, refused.code, f"{place}: {what}"))
            rest = {n: outcomes for n, outcomes in requests.items() if n not in answers}
            return answers | (self._record_for(actor, rest) if rest else {})
        found: dict[int, list[UUID] | Answered] = {}
        for owner, entry_id in zip(owners, made, strict=True):
            ids = found.setdefault(owner, [])
            if isinstance(ids, list):
                ids.append(entry_id)
        return found

    def _actor(self, asked: _Asked) -> Actor | None:
        """Who the token signs in, remembered for a few seconds; the token itself is not kept."""
        digest = hashlib.sha256(asked.token.encode()).hexdigest()
        known = self._tokens.get(digest)
        if known is not None and known[0] > time.monotonic():
            return known[1]
        if len(self._tokens) > 1000:
            self._tokens.clear()
        forget_scope()
        actor = actor_of_token(asked.token, now=self._clock(), address=asked.address[:64])
        self._tokens[digest] = (time.monotonic() + TOKEN_SECONDS, actor)
        return actor

    def _sequencing(self) -> Sequencer:
        if self._sequencer is None:
            held = self._held.enter_context(sequencer())
            if held is None:
                self._held.close()
                raise LogInUse(
                    "another process is the sequencer; start `forbear serve` with "
                    "FORBEAR_LOG_SEQUENCER=separate beside this one"
                )
            log_rows.set_trouble("", origin=origin(), now=self._clock())
            self._sequencer = held
        return self._sequencer

    def _let_go(self) -> None:
        self._sequencer = None
        try:
            self._held.close()
        except Exception:
            _log.exception("the log could not be closed in order")
            self._held.pop_all()
        connection.close()


def _parsed(body: bytes) -> list[ContactOutcome]:
    """The outcomes of a request: one object or a list of at most a thousand."""
    if len(body) > MOST_BYTES:
        raise Answered(413, "request_too_big", f"At most {MOST_BYTES} bytes a request.")
    try:
        text = body if body.lstrip()[:1] == b"[" else b"[" + body + b"]"
        read = _ONE_OR_MANY.validate_json(text)
    except ValidationError as fault:
        first = fault.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise Answered(422, "request_invalid", f"{where or 'body'}: {first['msg']}") from None
    if not 1 <= len(read) <= MOST_AT_ONCE:
        raise Answered(422, "request_invalid", f"Report 1 to {MOST_AT_ONCE} outcomes at once.")
    return [
        ContactOutcome(one.borrower_ref, one.channel, one.outcome, one.ended_at, one.permit_id)
        for one in read
    ]


def _answer(
    future: asyncio.Future[list[dict[str, object]]],
    result: list[dict[str, object]] | Answered,
) -> None:
    """Gives the answer, unless whoever asked has gone."""
    if future.done():
        return
    if isinstance(result, Answered):
        future.set_exception(result)
    else:
        future.set_result(result)


def _told(
    recorded: Sequence[UUID], places: Mapping[UUID, int], size: int
) -> list[dict[str, object]]:
    return [{"entry_id": one.hex, "leaf_index": places[one], "log_size": size} for one in recorded]
