"""`forbear demo`: invented lenders, a nightly run, and the console, in one command."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer
from django.conf import settings

from forbear.portfolio.run_terms import Progress
from forbear.world.lenders import DEMO_LENDERS
from forbear_server.cli.desk import open_desk
from forbear_server.cli.presenting import refusing, say, show_records
from forbear_server.cli.serve import serve
from forbear_server.jobs.demo_channels import demo_channels
from forbear_server.jobs.demonstration import (
    is_prepared,
    mark_prepared,
    prepare_accounts,
    prepare_decisions,
    prepare_lender,
    tapes_root,
    write_tapes,
)
from forbear_server.selectors.users import list_demo_accounts
from forbear_server.services.log_sequencing import seal_waiting
from forbear_server.services.rulebook_archives import keep_rulebooks
from forbear_server.services.users import DEMO_PASSWORD
from forbear_server.store import embedded
from forbear_server.store.migrating import migrate, migration_status
from forbear_server.ui.clock import business_now, start_demo_clock, wall_now

app = typer.Typer()


@app.command()
def demo(
    port: Annotated[int, typer.Option(help="Port of the console.")] = settings.PORT,
    prepare_only: Annotated[bool, typer.Option(help="Make everything, serve nothing.")] = False,
) -> None:
    """Show Forbear on invented data: everything is fictitious, the clock stands at 2026-11-20 10:30.

    Data lies below FORBEAR_DATA_DIR (var/demo if not given); delete it to begin anew.

    Example: forbear demo --port 8000
    """
    with refusing(embedded.EmbeddedServerError):
        open_desk(is_new=True)
    if not is_prepared():
        _prepare(business_now())
    elif migration_status().waiting:  # made by an earlier version
        migrate()
    _print_sign_ins(port)
    if not prepare_only:
        start_demo_clock()
        with demo_channels() as told:
            say(told)
            serve(host=settings.HOST, port=port, workers=settings.WORKERS)


def _prepare(now: datetime) -> None:
    migrate()
    keep_rulebooks(now=now)
    prepare_accounts(now)
    say("Writing the invented lenders' tapes …")
    write_tapes()
    for lender in DEMO_LENDERS:
        step = prepare_lender(lender, clock=business_now, listener=_hear)
        rows = step.report.rows
        say(
            f"{lender.name}: {rows.accepted:,} rows {step.report.outcome.value}; "
            f"run of {step.run.business_date} {step.run.state}, "
            f"{step.run.manifest.content_digest()[:16]}"
        )
    seal_waiting(now=wall_now())
    say(f"{prepare_decisions()} questions to the gate, as examples for the evidence.")
    seal_waiting(now=wall_now())
    mark_prepared()


def _hear(progress: Progress) -> None:
    if progress.shard is None:
        say(f"  {progress.stage.name}: {progress.stage.rows:,} rows")


def _print_sign_ins(port: int) -> None:
    accounts = [
        {
            "账号 user": account.username,
            "角色 role": account.role,
            "机构 lender": account.lender_name_zh,
            "密码 password": DEMO_PASSWORD,
        }
        for account in list_demo_accounts()
    ]
    show_records(accounts, as_json=False, title="Demo sign-ins 演示账号")
    say("One-time codes are shown on the sign-in page. 动态验证码见登录页。")
    say(f"Tape to import by hand 可导入的样例: {tapes_root() / 'tape_demo.csv'}")
    say(f"Console 控制台: http://{settings.HOST}:{port}/console/")
