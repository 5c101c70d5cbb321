"""`demo`: the main job on a small library that is made up for it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.cli.runs import Json

if TYPE_CHECKING:
    from engine.demo.child import Said
    from engine.render import Out

SHOWN = 12
"""Lines of a command's answer that are shown."""
FILES = 4
"""Files of a folder that are named."""


def register(app: typer.Typer) -> None:
    """Add the commands of this family."""
    app.command()(demo)


def demo(
    keep: Annotated[
        Path | None,
        typer.Option(
            help="Make the library in this new or empty folder, and leave it there, with the "
            "services running."
        ),
    ] = None,
    foreground: Annotated[
        bool,
        typer.Option("--foreground", help="With --keep: stay here until Ctrl-C."),
    ] = False,
    stop: Annotated[
        Path | None, typer.Option(help="Stop the services of a demo that was kept in this folder.")
    ] = None,
    json: Json = False,
) -> None:
    """Show the whole journey on made-up services: from a song that plays to files and pages."""
    from engine.demo import kept
    from engine.render import Out

    if stop is not None:
        _stop(stop, Out(json))
        return
    if keep is None:
        raise typer.Exit(_tell(None, Out(json)))
    if keep.exists() and (not keep.is_dir() or any(keep.iterdir())):
        raise typer.BadParameter(f"{keep} is not an empty folder", param_hint="--keep")
    if not foreground:
        raise typer.Exit(kept.in_background(keep.resolve(), *(["--json"] if json else [])))
    raise typer.Exit(_tell(keep.resolve(), Out(json)))


def _stop(base: Path, out: Out) -> None:
    from engine.demo import kept

    if not kept.stop(base):
        raise typer.BadParameter(
            f"no services of a demo in {base} are running", param_hint="--stop"
        )
    out.print(f"demo: the services of {base} are stopped")
    out.emit("summary", folder=str(base))


def _tell(keep: Path | None, out: Out) -> int:
    """The demo, and if it is kept, its services until somebody stops them; the exit code."""
    import shutil
    import tempfile
    import time

    from engine.demo import kept
    from engine.demo.stand_ins import StandIns
    from engine.demo.story import Demo, Failed

    base = keep or Path(tempfile.mkdtemp(prefix="cratelog-demo-")).resolve()
    began = time.monotonic()
    teller, why = _Teller(out, base), ""
    with StandIns(base / "eagle") as services:
        try:
            Demo(base, teller, services).run()
        except Failed as error:
            why = str(error)
        seconds = round(time.monotonic() - began, 1)
        if why:
            out.emit("failed", text=why)
            out.say(f"demo: {why}", "bold red")
        where = str(base) if why or keep is not None else ""
        failed = int(bool(why))
        out.emit("summary", checks=teller.checks, failed=failed, seconds=seconds, folder=where)
        out.print()
        ended = "a check failed" if why else "all well"
        lies = f"; it lies in {where}" if where else ""
        out.print(f"demo: {ended}, {teller.checks} checks held, {seconds} s{lies}", "bold")
        if keep is not None and not why:
            _told(out, keep)
            kept.tell(keep, services)
            kept.silence()
            kept.serve(keep)
    if not why and keep is None:
        shutil.rmtree(base)
    return failed


def _told(out: Out, base: Path) -> None:
    from shlex import quote

    from engine.demo import kept

    out.print(
        f"The services go on running; {kept.page(base)} has their addresses. To play with it:"
    )
    out.print(f"  export CRATELOG_HOME={quote(str(base / 'home'))}")
    out.print("  sync status; sync reconcile; sync watch")
    out.print(f"  sync demo --stop {quote(str(base))}")


class _Teller:
    """Tells the story in plain words, or as lines of JSON."""

    def __init__(self, out: Out, base: Path) -> None:
        self.out, self.base = out, base
        self.checks = 0

    def step(self, number: int, title: str) -> None:
        self.out.emit("step", number=number, title=title)
        self.out.print()
        self.out.print(f"{number}. {title}", "bold")

    def text(self, text: str) -> None:
        self.out.print(text)

    def command(self, said: Said) -> None:
        words = " ".join(self._short(word) for word in said.words)
        self.out.emit("command", words=list(said.words), code=said.code)
        self.out.print(f"$ sync {words}", "cyan")
        lines = self._short(said.out + said.err).splitlines()
        half = SHOWN // 2
        if len(lines) > SHOWN + 1:
            lines = [*lines[:half], f"… {len(lines) - SHOWN} more lines …", *lines[-half:]]
        for line in lines:
            self.out.print(f"  {line}")

    def tree(self, folders: dict[str, list[str]]) -> None:
        for folder, names in folders.items():
            self.out.print(f"  {folder}/" if folder else "  (beside the folders)")
            for name in names[:FILES]:
                self.out.print(f"    {name}")
            if len(names) > FILES:
                self.out.print(f"    … and {len(names) - FILES} more")

    def check(self, text: str) -> None:
        self.checks += 1
        self.out.emit("check", text=text, holds=True)
        self.out.print(f"✓ {text}", "green")

    def _short(self, text: str) -> str:
        return text.replace(f"{self.base}/", "").replace(str(self.base), ".")
