"""The roots of the error tree; what goes wrong is one of four kinds (docs/explanation/errors.md).

    ForbearError
    ├── RequestRefused      the request cannot be done; carries a stable code
    │   └── (one class per package, beside what raises it)
    ├── DataRefused         input as a whole cannot be read; carries findings
    └── InvariantBroken     we are wrong: a bug, never the user's fault

A law that refuses is not an error but a `Verdict` (compliance), and wrong rows in
a tape are `Finding` values.
"""


class ForbearError(Exception):
    """Root of every error this project raises on purpose."""


class RequestRefused(ForbearError):
    """The request cannot be done; `code` is stable and documented."""

    code = "request_refused"


class InvariantBroken(ForbearError):
    """Something that must always hold does not; report it as a bug with its text."""


def require(condition: bool, message: str) -> None:
    """Raise `InvariantBroken(message)` unless `condition` holds (unlike `assert`, also under -O).

    >>> require(1 + 1 == 2, "arithmetic")
    """
    if not condition:
        raise InvariantBroken(message)
