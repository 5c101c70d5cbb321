"""`plan`, `apply`, `reconcile`: commands that look at the world and bring it in line."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from engine.config import Config
    from engine.report import Report

Json = Annotated[bool, typer.Option("--json", help="One line of JSON for each result.")]
Only = Annotated[
    list[str] | None,
    typer.Option(
        help="Only this source (csv, files, spotify, soundcloud, notion, eagle) or target, by its "
        "name in the configuration; repeatable."
    ),
]
Allow = Annotated[
    int,
    typer.Option("--allow-removals", min=0, help="Let up to this many files leave their place."),
]
Wait = Annotated[float, typer.Option(min=0, help="Seconds to wait if another run is under way.")]
Detailed = Annotated[
    bool, typer.Option("--detailed-exitcode", help="Exit with 4 if there are changes to make.")
]
SOURCES = ("csv", "files", "spotify", "soundcloud", "notion", "eagle")


def register(app: typer.Typer) -> None:
    """Add the commands of this family."""
    for command in (plan, apply, reconcile):
        app.command()(command)


def plan(
    out: Annotated[
        Path | None, typer.Option(help="Save the plan, to read it and `sync apply` it.")
    ] = None,
    only: Only = None,
    allow_removals: Allow = 0,
    detailed_exitcode: Detailed = False,
    wait: Wait = 0,
    json: Json = False,
) -> None:
    """Show what reconcile would do, and why, without doing any of it."""
    _planned("plan", out, only, allow_removals, detailed_exitcode, wait, json)


def reconcile(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Like `sync plan`.")] = False,
    only: Only = None,
    allow_removals: Allow = 0,
    detailed_exitcode: Detailed = False,
    wait: Wait = 0,
    json: Json = False,
) -> None:
    """Look at all sources and bring every target in line. Can be stopped and run again any time."""
    if dry_run:
        _planned("plan", None, only, allow_removals, detailed_exitcode, wait, json)
        return
    from engine.cli import session
    from engine.listening import look
    from engine.render import Out
    from engine.still import still

    out = Out(json)
    config = session.configuration()
    names = _names(only, config)
    with session.library("reconcile") as library, library.effects(wait):
        turn, report = None, None
        if not names:
            if config.spotify is not None or config.soundcloud is not None:
                library.begin()
                turn = look(library, config, out.progress)
            report = still(library, config, out.progress)
            if report is not None and config.notion is not None:
                from engine.notion.publish import is_quiet

                report = report if is_quiet(library, config.notion) else None
            if report is not None and config.eagle is not None:
                from engine.eagle import turn as eagle

                report = report if eagle.is_quiet(library, config.eagle) else None
        if report is not None:
            report.hear(turn)
        else:
            from engine.reconcile import Reconciler

            report = Reconciler(
                library,
                config,
                only=names,
                allowed=allow_removals,
                progress=out.progress,
                transfers=out.transfer,
                told=out.outcome,
                turn=turn,
            ).run()
    out.report(report, "reconcile")
    raise typer.Exit(code(report))


def apply(
    file: Annotated[Path, typer.Argument(help="A plan that `sync plan --out` saved.")],
    allow_removals: Allow = 0,
    wait: Wait = 0,
    json: Json = False,
) -> None:
    """Do exactly what a saved plan says, or refuse if it would come out differently now."""
    from engine.cli import session
    from engine.plans import read
    from engine.reconcile import Reconciler
    from engine.render import Out

    out = Out(json)
    config = session.configuration()
    saved = read(file)
    with session.library("apply") as library, library.effects(wait):
        report = Reconciler(
            library,
            config,
            only=saved.only,
            allowed=max(allow_removals, saved.allowed),
            progress=out.progress,
            told=out.outcome,
        ).apply(saved.plan)
    out.report(report, "apply")
    # Exactly this was asked for, so what waits was not done.
    raise typer.Exit(code(report) or (3 if report.held else 0))


def _planned(
    command: str,
    file: Path | None,
    only: list[str] | None,
    allowed: int,
    detailed: bool,
    wait: float,
    json: bool,
) -> None:
    from engine.cli import session
    from engine.cli.catalogue import coming
    from engine.cli.catalogue import planned as told
    from engine.plans import Saved, write
    from engine.reconcile import Reconciler
    from engine.render import Out

    out = Out(json)
    config = session.configuration()
    names = _names(only, config)
    with session.library(command) as library, library.effects(wait):
        reconciler = Reconciler(library, config, only=names, allowed=allowed, progress=out.progress)
        reconciler.look()
        planned, pages = reconciler.plan(templates=True), coming(library, config, names)
        reconciler.hands.is_held(planned.verdict.actions)
        report = reconciler.looked()
        report.pending = len(planned.verdict.actions)
        if file is not None:
            saved = planned.plan
            write(file, Saved(saved, tuple(names), allowed))
    out.stop()
    out.plan(planned.plan, planned.verdict.actions)
    told(out, pages)
    out.report(report, "plan", planned.verdict.actions)
    ends = code(report)
    if ends == 0 and detailed and (planned.verdict.actions or pages):
        ends = 4
    raise typer.Exit(ends)


def _names(only: list[str] | None, config: Config) -> list[str]:
    known = dict.fromkeys((*SOURCES, "playlists", "m3u8", *config.targets.all()))
    for name in only or ():
        if name not in known:
            raise typer.BadParameter(f"{name!r} is not one of {', '.join(known)}")
    return list(only or ())


def code(report: Report) -> int:
    """The exit code of a run."""
    if report.refused:
        return 5
    return 3 if report.partly else 0
