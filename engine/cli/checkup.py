"""`doctor`: is everything as it should be?"""

from __future__ import annotations

from collections import Counter

import typer

from engine.amounts import many
from engine.cli.runs import Json

SIGNS = {"ok": "ok     ", "warning": "WARNING", "problem": "PROBLEM"}
STYLES = {"ok": "", "warning": "yellow", "problem": "bold red"}


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(doctor)


def doctor(
    json: Json = False,
) -> None:
    """Check programs, configuration, library and folders, and say what to do about what is wrong.

    Exits with 1 if there is a problem; warnings are no problem.
    """
    import msgspec

    from engine.config import config_path, home
    from engine.doctor import doctor as checks
    from engine.render import Out

    out = Out(json)
    counts: Counter[str] = Counter(ok=0, warning=0, problem=0)
    for check in checks(home(), config_path()):
        counts[check.level] += 1
        out.emit("check", **msgspec.structs.asdict(check))
        out.print(f"{SIGNS[check.level]} {check.what}: {check.text}", STYLES[check.level])
        if check.advice:
            out.print(f"        → {check.advice}")
    out.print(", ".join(many(counts[level], level) for level in ("problem", "warning")))
    out.emit("summary", ok=counts["ok"], warnings=counts["warning"], problems=counts["problem"])
    raise typer.Exit(1 if counts["problem"] else 0)
