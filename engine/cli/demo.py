"""`demo`: the main job on a small library that is made up for it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

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
        typer.Option(help="Make the library in this new or empty folder, and leave it there."),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="One line of JSON for each result.")] = False,
) -> None:
    """Show the main job on a made-up library: plan, lay out, kill, heal, replay."""
    import shutil
    import tempfile
    import time

    from engine.demo.story import Demo, Failed
    from engine.render import Out

    if keep is not None and keep.exists() and (not keep.is_dir() or any(keep.iterdir())):
        raise typer.BadParameter(f"{keep} is not an empty folder", param_hint="--keep")
    base = (keep or Path(tempfile.mkdtemp(prefix="cratelog-demo-"))).resolve()
    out, began = Out(json), time.monotonic()
    teller = _Teller(out, base)
    why = ""
    try:
        Demo(base, teller).run()
    except Failed as failed:
        why = str(failed)
    seconds = round(time.monotonic() - began, 1)
    if not why and keep is None:
        shutil.rmtree(base)
    where = str(base) if why or keep is not None else ""
    if why:
        out.emit("failed", text=why)
        out.say(f"demo: {why}", "bold red")
    out.emit("summary", checks=teller.checks, failed=int(bool(why)), seconds=seconds, folder=where)
    out.print()
    kept = f"; it lies in {where}" if where else ""
    ended = "a check failed" if why else "all well"
    out.print(f"demo: {ended}, {teller.checks} checks held, {seconds} s{kept}", "bold")
    raise typer.Exit(1 if why else 0)


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
