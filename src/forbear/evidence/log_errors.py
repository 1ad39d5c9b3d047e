"""Why a log cannot be written, or not like this: one tree, each leaf with a stable code.

    LogError
    ├── BatchRefused        entries that cannot be logged: too long, too many, none, or out of turn
    ├── CheckpointRefused   a signed checkpoint of something else than what was written
    ├── LogInUse            another process writes this log
    ├── LogDamaged          a file is not what the checkpoint says: says its path
    ├── LogUnusable         an earlier error: what is on disk is not known until it is opened again
    └── EntriesDiffer       entries given for rebuilding are not the ones under the checkpoint

What is refused when evidence is read stands in `errors`; the verifying modules need none of this.
"""


class LogError(Exception):
    """The log was not written; nothing was acknowledged."""

    code = "log_error"


class BatchRefused(LogError):
    """Entries that cannot be logged; nothing changed."""

    code = "batch_refused"


class CheckpointRefused(LogError):
    """A signed checkpoint of something else than what was written; nothing changed."""

    code = "checkpoint_refused"


class LogInUse(LogError):
    """Another process, or another part of this one, has the log open for writing."""

    code = "log_in_use"


class LogDamaged(LogError):
    """A file of the log is missing, or is not what the signed checkpoint says."""

    code = "log_damaged"

    def __init__(self, path: str, message: str) -> None:
        super().__init__(f"{path}: {message}")
        self.path = path


class LogUnusable(LogError):
    """An earlier operation failed half-way or the log was closed: open it again."""

    code = "log_unusable"


class EntriesDiffer(LogError):
    """The entries given are not those under the checkpoint; `index` is the first one, if known."""

    code = "entries_differ"

    def __init__(self, message: str, *, index: int | None = None, path: str | None = None) -> None:
        super().__init__(message)
        self.index = index
        self.path = path
