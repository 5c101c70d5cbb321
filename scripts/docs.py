"""Write the generated pages: docs/cli.md from `--help`, docs/events.md from the source.

A test compares the pages with what this module would write, so they cannot go stale.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from typer.testing import CliRunner

from engine.cli.app import app, command
from state.events import EVENTS

ROOT = Path(__file__).parent.parent
WIDTH = 88
NOTE = "<!-- Made by `make docs`; change the source, not this page. -->"
RULER = re.compile(r"^# ---- (.+?) -+$")
VALUES = {
    "state/values.py": ("Placement", "Candidate", "Tags", "Stamp"),
    "state/actions.py": ("Action",),
}


def main() -> None:
    """Write all pages."""
    for name, text in pages().items():
        (ROOT / "docs" / name).write_text(text, "utf-8")


def pages() -> dict[str, str]:
    """File name in docs/ → its text."""
    return {"cli.md": cli(), "events.md": events()}


# ---- commands ----------------------------------------------------------------------------------


def commands() -> list[tuple[str, ...]]:
    """Every command and subcommand as typed after `sync`, in the order of the help."""

    def walk(found: object, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
        for name, child in getattr(found, "commands", {}).items():
            if not child.hidden:
                yield (*path, name)
                yield from walk(child, (*path, name))

    return list(walk(command(), ()))


def help_of(words: tuple[str, ...]) -> str:
    """What `sync COMMAND --help` prints."""
    environment = {"COLUMNS": str(WIDTH), "TERMINAL_WIDTH": str(WIDTH), "NO_COLOR": "1"}
    result = CliRunner().invoke(
        app, [*words, "--help"], prog_name="sync", env=environment, terminal_width=WIDTH
    )
    return "\n".join(line.rstrip() for line in result.stdout.strip().splitlines())


def cli() -> str:
    """All of the help."""
    parts = [
        NOTE,
        "# Commands",
        "What `--help` says. `cratelog` is the same program under a name of its own. "
        "Exit codes are in the [README](../README.md#exit-codes).",
        f"```text\n{help_of(())}\n```",
    ]
    for words in commands():
        name = " ".join(words)
        parts += [f"## sync {name}", f"```text\n{help_of(words)}\n```"]
    return "\n\n".join(parts) + "\n"


# ---- events ------------------------------------------------------------------------------------


def events() -> str:
    """Every event, and the values that they carry."""
    parts = [
        NOTE,
        "# Events",
        "What the log can hold. The kind is the name on disk and never changes; the payload is "
        "JSON, and fields that have their default are left out of it. How events are stored and "
        "chained is in [log.md](log.md).",
    ]
    source = (ROOT / "state/events.py").read_text("utf-8")
    rulers = {
        number: match[1]
        for number, line in enumerate(source.splitlines(), 1)
        if (match := RULER.match(line))
    }
    named = {event.__name__: event for event in EVENTS}
    for node in _classes(source):
        above = [number for number in rulers if number < node.lineno]
        if above:
            parts.append(f"## {rulers.pop(max(above)).capitalize()}")
            rulers = {number: title for number, title in rulers.items() if number > node.lineno}
        if node.name in named:
            event = named[node.name]
            version = f" (schema {event.schema})" if event.schema > 1 else ""
            parts += [f"### {event.kind}{version}", *_described(node)]
    parts += ["## Names", _names(), "## Values"]
    for path, names in VALUES.items():
        found = {node.name: node for node in _classes((ROOT / path).read_text("utf-8"))}
        for name in names:
            parts += [f"### {name}", *_described(found[name])]
    return "\n\n".join(parts) + "\n"


def _names() -> str:
    """The kinds of names: every `NewType` with the docstring under it."""
    body = ast.parse((ROOT / "state/values.py").read_text("utf-8")).body
    rows = [
        f"| `{node.targets[0].id}` | {_text(following)} |"
        for node, following in pairwise(body)
        if isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Name)
        and ast.unparse(node.value).startswith("NewType")
    ]
    return "\n".join(["| name | meaning |", "|---|---|", *rows])


def _classes(source: str) -> list[ast.ClassDef]:
    return [node for node in ast.parse(source).body if isinstance(node, ast.ClassDef)]


def _described(node: ast.ClassDef) -> Iterator[str]:
    yield _flat(ast.get_docstring(node) or "")
    rows = list(_fields(node))
    if rows:
        head = ["| field | type | default | meaning |", "|---|---|---|---|"]
        yield "\n".join([*head, *rows])


def _fields(node: ast.ClassDef) -> Iterator[str]:
    after: list[ast.stmt | None] = [*node.body[1:], None]
    for statement, following in zip(node.body, after, strict=True):
        if not isinstance(statement, ast.AnnAssign) or not isinstance(statement.target, ast.Name):
            continue
        kind = ast.unparse(statement.annotation)
        if kind.startswith("ClassVar"):
            continue
        default = f"`{ast.unparse(statement.value)}`" if statement.value is not None else ""
        cells = (f"`{statement.target.id}`", f"`{kind}`", default, _text(following))
        yield "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _text(statement: ast.stmt | None) -> str:
    """The docstring of the field before, if this is one."""
    constant = statement.value if isinstance(statement, ast.Expr) else None
    if isinstance(constant, ast.Constant) and isinstance(constant.value, str):
        return _flat(constant.value)
    return ""


def _flat(text: str) -> str:
    return " ".join(text.split())


if __name__ == "__main__":
    main()
