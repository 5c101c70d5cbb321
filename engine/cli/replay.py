"""`replay`: the audit of the log."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.cli.runs import Json

if TYPE_CHECKING:
    from engine.render import Out
    from engine.replay.chain import Verified
    from engine.replay.disk import Held
    from engine.replay.rebuilt import Compared
    from engine.replay.runs import Deed
    from state.log import EventLog

SHOWN = 20
"""So many lines of one kind, before the rest is only counted."""
REASONS = 3


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(replay)


def replay(
    verify: Annotated[
        bool, typer.Option("--verify", help="Only walk the hash chain: is every row as written?")
    ] = False,
    at: Annotated[
        str, typer.Option(help="Show the state as of a position or a time (120, 2h, 2026-01-31).")
    ] = "",
    diff: Annotated[
        tuple[str, str] | None,
        typer.Option(metavar="A B", help="Show what changed between two positions or times."),
    ] = None,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="All runs, reasons, rows and placements.")
    ] = False,
    json: Json = False,
) -> None:
    """Show what was done and why, and check state and files against the log.

    Exits with 0 if all agrees, 1 if the log is damaged or state.db differs from it, 3 if files lie
    in our roots that no event explains, or are gone that should be there.
    """
    from engine.cli.session import recorded
    from engine.render import Out
    from engine.replay import chain
    from state.log import EventLog

    if verify + bool(at) + (diff is not None) > 1:
        raise typer.BadParameter("--verify, --at and --diff go one at a time")
    out, home = Out(json), recorded()
    found = chain.verify(home) if not (at or diff) else None
    if found is not None:
        _chain(out, found)
        if verify or found.fault:
            out.emit("summary", **_summary(found))
            raise typer.Exit(1 if found.fault else 0)
    log = EventLog(home / "log.db", read_only=True)
    try:
        if at:
            _at(out, log, at, verbose)
        elif diff is not None:
            _diff(out, log, *diff, verbose=verbose)
        elif found is not None:
            raise typer.Exit(_audit(out, log, home, found, verbose))
    finally:
        log.close()


# ---- the chain ---------------------------------------------------------------------------------


def _chain(out: Out, found: Verified) -> None:
    if found.fault:
        out.emit("fault", position=found.position, text=found.fault)
        out.print(f"the log is damaged: {found.fault}", "bold red")
    else:
        out.print(f"the chain holds: {found.events} events in {found.batches} commits")


def _summary(found: Verified) -> dict[str, object]:
    return {
        "events": found.events,
        "batches": found.batches,
        "verified": not found.fault,
        "position": found.position,
        "fault": found.fault,
    }


# ---- the audit ---------------------------------------------------------------------------------


def _audit(out: Out, log: EventLog, home: Path, found: Verified, verbose: bool) -> int:
    from engine.replay import disk, rebuilt, runs
    from state.models import ReadModels

    _deeds(out, runs.deeds(log), verbose)
    state, compared = rebuilt.rebuild(log, home)
    _compared(out, compared, verbose)
    models = ReadModels(home / "state.db", (), read_only=True)
    unreadable: dict[str, dict[str, str]] = {
        row.root: {path: error for path, *_, error in models.stats(row.root) if error}
        for row in state.files.roots
    }
    models.close()
    held = disk.look(state, unreadable)
    for root in held:
        _held(out, root, verbose)
    differ = [each.projection for each in compared if not each.agrees]
    unexplained = sum(len(root.unexplained) for root in held)
    gone = sum(len(root.gone) for root in held)
    out.emit(
        "summary",
        **_summary(found),
        differ=differ,
        unexplained=unexplained,
        gone=gone,
        offline=[root.root for root in held if root.offline],
    )
    return 1 if differ else 3 if unexplained or gone else 0


def _deeds(out: Out, deeds: list[Deed], verbose: bool) -> None:
    from engine.replay.runs import reasons
    from engine.when import local

    hidden = 0 if verbose else max(0, len(deeds) - SHOWN)
    if hidden:
        out.print(f"{hidden} earlier runs and commands; --verbose shows all")
    for number, deed in enumerate(deeds):
        out.emit(
            "run" if deed.run else "command",
            first=deed.first,
            last=deed.last,
            at=local(deed.at),
            actor=deed.actor,
            ended=deed.ended,
            events=dict(deed.events),
            done=dict(deed.done),
            failed=deed.failed,
            because=dict(deed.because),
        )
        if number < hidden:
            continue
        ended = f", {deed.ended}" if deed.ended else ""
        out.print(f"{local(deed.at)}  {deed.actor}  (events {deed.first}–{deed.last}{ended})")
        done = [f"{count} {kind}" for kind, count in deed.done.items()]
        done += [f"{deed.failed} failed"] if deed.failed else []
        seen = [f"{count} {kind}" for kind, count in deed.events.most_common()]
        out.print(f"    did: {', '.join(done) or 'nothing to files'}")
        out.print(f"    recorded: {', '.join(seen)}")
        why = deed.because.most_common() if verbose else reasons(deed)
        for because, count in why if verbose else why[:REASONS]:
            out.print(f"    because: {because} ({count})")
        if not verbose and len(why) > REASONS:
            out.print(f"    and {len(why) - REASONS} more reasons")


def _compared(out: Out, compared: list[Compared], verbose: bool) -> None:
    import msgspec

    for each in compared:
        out.emit("projection", **msgspec.structs.asdict(each), agrees=each.agrees)
        if each.differs or not each.agrees:
            out.print(f"{each.projection}: state.db differs from the log", "bold red")
            _lines(out, each.differs, verbose)
        elif each.note:
            out.print(f"{each.projection}: {each.rows} rows; {each.note}")
    if all(each.agrees and not each.note for each in compared):
        rows = sum(each.rows for each in compared)
        out.print(f"folded from the first event: {rows} rows, the same as in state.db")
    elif not all(each.agrees for each in compared):
        out.print("state.db is disposable: remove it, and the next run builds it again")


def _held(out: Out, held: Held, verbose: bool) -> None:
    import msgspec

    out.emit("root", **msgspec.structs.asdict(held))
    if held.offline:
        out.print(f"{held.root}: could not be looked at: {held.offline}")
        return
    out.print(f"{held.root}: {held.files} files, as the events say")
    for paths, what in ((held.unexplained, "no event explains"), (held.gone, "gone")):
        if paths:
            out.print(f"  {what}: {len(paths)}; sync reconcile looks at it")
            _lines(out, paths, verbose)


def _lines(out: Out, lines: list[str], verbose: bool) -> None:
    shown = lines if verbose else lines[:SHOWN]
    for line in shown:
        out.print(f"    {line}")
    if len(lines) > len(shown):
        out.print(f"    and {len(lines) - len(shown)} more; --verbose shows all")


# ---- the past ----------------------------------------------------------------------------------


def _position(log: EventLog, text: str, option: str) -> int:
    from engine.when import position
    from state.log import clock

    try:
        return position(text, log, log.head().position, clock())
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint=option) from None


def _at(out: Out, log: EventLog, text: str, verbose: bool) -> None:
    from engine.replay import past

    moment = past.at(log, _position(log, text, "--at"))
    told = past.summary(moment)
    out.print(f"as of event {told['position']}:")
    for name, number in told.items():
        if name != "position":
            out.print(f"  {number} {name}")
    for group in moment.groups:
        out.emit("playlist", ref=group.lead, name=group.name, tracks=len(group.members))
        if verbose:
            out.print(f"  playlist {group.name!r}: {len(group.members)} tracks")
    for row in past.placements(moment):
        assert row.placement is not None
        out.emit(
            "placement",
            root=row.root,
            path=row.path,
            playlist=row.placement.playlist,
            track=row.placement.track,
            ours=row.ours,
        )
        if verbose:
            out.print(f"  {row.root}/{row.path}")
    out.emit("summary", **told)


def _diff(out: Out, log: EventLog, one: str, other: str, *, verbose: bool) -> None:
    from collections import Counter

    from engine.replay import past

    first, last = _position(log, one, "--diff"), _position(log, other, "--diff")
    changes = past.diff(past.at(log, first), past.at(log, last))
    counts = Counter(change.kind for change in changes)
    out.print(f"from event {first} to event {last}:")
    for kind, number in counts.items():
        out.print(f"  {kind}: {number}")
        _lines(out, [change.text for change in changes if change.kind == kind], verbose)
    if not changes:
        out.print("  no difference")
    for change in changes:
        out.emit("change", kind=change.kind, text=change.text)
    out.emit("summary", first=first, last=last, changes=dict(counts))
