"""The run manifest: what a nightly run read, did and made, stage by stage, in one JSON file.

A stage is done when every shard's file is on disk under the digest the manifest names. The
manifest is replaced atomically after each shard, so a run that is killed goes on after its last
finished shard, and a finished run started again does nothing. Times are the only part that
differs between two runs of the same input (`Stage.seconds`, `started_at`, `finished_at`).
"""

import hashlib
import json
import os
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import polars as pl

from forbear.primitives.errors import RequestRefused

FORMAT = 1
MANIFEST = "manifest.json"


class RunImpossible(RequestRefused):
    """A run that cannot be continued: its manifest belongs to other inputs or another format."""

    code = "run_impossible"


@dataclass(frozen=True, slots=True)
class Shard:
    """One output file of a stage."""

    name: str
    digest: str
    rows: int
    seconds: str


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage: the digest of what it reads, its finished shards, their common digest."""

    name: str
    input_digest: str
    shards_total: int
    shards: tuple[Shard, ...] = ()
    retries: int = 0

    @property
    def is_done(self) -> bool:
        """Whether every shard is finished."""
        return len(self.shards) == self.shards_total

    def with_shard(self, shard: Shard) -> "Stage":
        """The stage with this shard finished; shards stay in order of their names."""
        shards = sorted((*self.shards, shard), key=lambda s: s.name)
        return replace(self, shards=tuple(shards))

    @property
    def output_digest(self) -> str:
        """Digest over the shards' names and digests, in order."""
        return digest_of([[s.name, s.digest] for s in self.shards])

    @property
    def rows(self) -> int:
        """Rows in all shards."""
        return sum(s.rows for s in self.shards)


@dataclass(frozen=True, slots=True)
class RunManifest:
    """What a run is: lender, day, versions, seed, and its stages so far."""

    lender: str
    lender_kind: str
    business_date: str
    at: str
    seed: int
    capacity: int
    versions: dict[str, str] = field(default_factory=dict)
    stages: tuple[Stage, ...] = ()
    started_at: str = ""
    finished_at: str | None = None
    format: int = FORMAT

    def text(self) -> str:
        """The manifest as JSON, with each stage's output digest and rows beside it."""
        raw = asdict(self)
        for made, stage in zip(raw["stages"], self.stages, strict=True):
            made["output_digest"] = stage.output_digest if stage.is_done else None
            made["rows"] = stage.rows
        return json.dumps(raw, ensure_ascii=False, indent=1, sort_keys=True) + "\n"

    @staticmethod
    def parse(text: str) -> "RunManifest":
        """Read a manifest; raises `RunImpossible` for another format."""
        raw: dict[str, Any] = json.loads(text)
        if raw.get("format") != FORMAT:
            raise RunImpossible(f"Run format {raw.get('format')} is not {FORMAT}.")
        raw["stages"] = tuple(_stage(stage) for stage in raw["stages"])
        return RunManifest(**raw)

    def content_digest(self) -> str:
        """Digest of everything but times: equal for two runs of the same input."""
        raw = json.loads(self.text())
        for name in ("started_at", "finished_at"):
            raw.pop(name)
        for stage in raw["stages"]:
            stage.pop("retries")
            for shard in stage["shards"]:
                shard.pop("seconds")
        return digest_of(raw)

    def stage(self, name: str) -> Stage | None:
        """The stage called `name`, if the run has come to it."""
        return next((s for s in self.stages if s.name == name), None)

    def with_stage(self, stage: Stage) -> "RunManifest":
        """The manifest with this stage in place of one of the same name."""
        if self.stage(stage.name) is None:
            return replace(self, stages=(*self.stages, stage))
        kept = tuple(stage if s.name == stage.name else s for s in self.stages)
        return replace(self, stages=kept)


def _stage(raw: dict[str, Any]) -> Stage:
    fields = {k: v for k, v in raw.items() if k not in ("output_digest", "rows")}
    fields["shards"] = tuple(Shard(**shard) for shard in raw["shards"])
    return Stage(**fields)


def digest_of(value: object) -> str:
    """SHA-256 of a value's canonical JSON.

    >>> digest_of({"b": 1, "a": 2}) == digest_of({"a": 2, "b": 1})
    True
    """
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


class RunFolder:
    """A run's files: `manifest.json`, `<stage>/<shard>.parquet`, `reports/<name>.json`."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def manifest(self) -> RunManifest | None:
        """The manifest, or None before the first start."""
        path = self.root / MANIFEST
        if self.root.exists() and not self.root.is_dir():
            raise RunImpossible(f"{self.root} is a file: name a folder for the run.")
        if not path.exists():
            return None
        try:
            return RunManifest.parse(path.read_text(encoding="utf-8"))
        except (ValueError, TypeError, KeyError) as error:
            raise RunImpossible(
                f"{path} is damaged ({error}): move the folder away and run the day anew."
            ) from None

    def save(self, manifest: RunManifest) -> None:
        """Put the manifest in force, durably."""
        self.root.mkdir(parents=True, exist_ok=True)
        write_durably(self.root / MANIFEST, manifest.text().encode())

    def file(self, stage: str, shard: str) -> Path:
        """Where a shard's rows lie."""
        suffix = ".json" if stage == "report" else ".parquet"
        return self.root / stage / f"{shard}{suffix}"

    def rows(self, stage: str) -> pl.LazyFrame:
        """All rows of a finished stage, lazily, in the order of its shards."""
        return pl.scan_parquet(sorted((self.root / stage).glob("*.parquet")))

    def report(self, name: str) -> Any:
        """A report's JSON."""
        return json.loads(self.file("report", name).read_text(encoding="utf-8"))

    def holds(self, stage: str, shard: Shard) -> bool:
        """Whether the shard's file is on disk with the digest the manifest names."""
        path = self.file(stage, shard.name)
        return path.exists() and file_digest(path) == shard.digest

    def write_rows(self, stage: str, shard: str, frame: pl.DataFrame) -> tuple[str, int]:
        """Write a shard's rows durably; returns digest and rows."""
        path = self.file(stage, shard)
        return _written(path, lambda p: frame.write_parquet(p, compression="zstd")), frame.height

    def write_report(self, name: str, value: object) -> tuple[str, int]:
        """Write a report durably; returns digest and rows."""
        text = json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True, default=str) + "\n"
        path = self.file("report", name)
        rows = len(value) if isinstance(value, list) else 1
        return _written(path, lambda p: p.write_text(text, encoding="utf-8")), rows


def _written(path: Path, write: Callable[[Path], Any]) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    waiting = path.with_name(f".{path.name}.tmp")
    write(waiting)
    with waiting.open("rb") as file:
        os.fsync(file.fileno())
    waiting.rename(path)
    return file_digest(path)


def file_digest(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_durably(path: Path, content: bytes) -> None:
    """Replace a file atomically and make it survive a power cut."""
    waiting = path.with_name(f".{path.name}.tmp")
    with waiting.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    waiting.rename(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
