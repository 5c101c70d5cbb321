"""What the documents say is so: commands, options, keys, exit codes, files and links."""

from __future__ import annotations

import ast
import re
import shutil
import sqlite3
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from engine.cli import app as cli
from engine.config import Config
from scripts import docs
from state.events import EVENTS
from tests.crate import Crate, song

ROOT = Path(__file__).parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
README = (ROOT / "README.md").read_text("utf-8")
FOLDERS = ("state", "projections", "adapters", "engine", "tests", "scripts", "docs", "requirements")


def section(title: str) -> str:
    """The text of README's section of that title."""
    return README.split(f"\n## {title}\n")[1].split("\n## ")[0]


def rows(text: str) -> list[list[str]]:
    """The cells of the tables in a text, without heads and rulers."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    rulers = [number for number, row in enumerate(cells) if set(row[0]) == {"-"}]
    return [row for number, row in enumerate(cells) if not {number, number + 1} & set(rulers)]


# ---- generated pages ---------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["cli.md", "events.md"])
def test_generated_pages_are_fresh(name: str) -> None:
    assert (ROOT / "docs" / name).read_text("utf-8") == docs.pages()[name], "run `make docs`"


def test_every_command_and_option_is_in_the_page() -> None:
    page = (ROOT / "docs/cli.md").read_text("utf-8")
    for command in docs.commands():
        text = page.split(f"\n## sync {' '.join(command)}\n")[1].split("\n## ")[0]
        for option in options(command):
            assert option in text, command


def test_every_command_has_help_for_itself_and_its_options() -> None:
    for command in docs.commands():
        found = find(command)
        assert found.help, command
        for parameter in found.params:
            assert getattr(parameter, "help", None), (command, parameter.name)


def test_every_event_is_in_its_page() -> None:
    page = (ROOT / "docs/events.md").read_text("utf-8")
    for event in EVENTS:
        assert f"\n### {event.kind}" in page
        for field in event.__struct_fields__:
            assert f"| `{field}` |" in page.split(f"\n### {event.kind}")[1].split("\n### ")[0]


# ---- README ------------------------------------------------------------------------------------


def test_readme_lists_every_command() -> None:
    listed = [row[0].strip("`").removeprefix("sync ") for row in rows(section("Commands"))]
    top = {command[0] for command in docs.commands()}
    assert {line.split()[0] for line in listed} == top


def test_commands_in_code_blocks_exist() -> None:
    known = set(docs.commands())
    used = set(sync_lines())
    assert len(used) > 10
    for words in used:
        command = next((words[:n] for n in (2, 1) if words[:n] in known), ())
        assert command, f"there is no sync {' '.join(words)}"
        for word in words:
            if word.startswith("--"):
                assert word in options(command), " ".join(words)


def test_exit_codes_are_those_of_the_program() -> None:
    told = {int(row[0].strip("`")) for row in rows(section("Exit codes"))}
    tree = ast.parse((ROOT / "engine/cli/app.py").read_text("utf-8"))
    names = next(
        [ast.unparse(name) for name in node.targets[0].elts]
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Tuple)
    )
    assert "LOCKED" in names
    assert told == {getattr(cli, name) for name in names} | {130}


def test_the_configuration_table_is_that_of_the_program() -> None:
    told = {row[0].strip("`"): row[1].strip("`") for row in rows(section("Configuration"))}
    assert told == dict(keys(Config))


def test_examples_of_configuration_are_valid() -> None:
    found = 0
    for page in PAGES:
        for block in re.findall(r"```toml\n(.*?)```", page.read_text("utf-8"), re.DOTALL):
            Config.model_validate(tomllib.loads(block))
            found += 1
    assert found


# ---- links and files ---------------------------------------------------------------------------


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page: Path) -> None:
    text = page.read_text("utf-8")
    for target in re.findall(r"\]\(([^)]+)\)", text):
        if "://" in target:
            continue
        path, _, anchor = target.partition("#")
        there = (page.parent / path).resolve() if path else page
        assert there.exists(), target
        if anchor:
            assert anchor in anchors(there), target


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_files_that_are_named_exist(page: Path) -> None:
    for name in re.findall(r"`([\w./-]+)`", page.read_text("utf-8")):
        if name.split("/")[0] in FOLDERS and "/" in name:
            assert (ROOT / name).exists(), name


def test_no_page_names_a_package_index() -> None:
    for page in [*PAGES, ROOT / "Makefile", ROOT / "pyproject.toml"]:
        assert not re.search(r"pypi|pythonhosted", page.read_text("utf-8"), re.IGNORECASE), page


# ---- the verifier ------------------------------------------------------------------------------


TAMPERED = {
    "a payload": "UPDATE event SET payload = replace(payload, 'Title', 'title') WHERE position = "
    "(SELECT min(position) FROM event WHERE type = 'TrackSeen')",
    "a cause": "UPDATE event SET cause = 1 WHERE position = 2",
    "an actor": "UPDATE batch SET actor = 'somebody else' WHERE first = 1",
    "the last batch": "DELETE FROM batch WHERE last = (SELECT max(last) FROM batch)",
    "an event": "DELETE FROM event WHERE position = 3",
}


def test_the_log_can_be_verified_by_the_program_in_the_page(crate: Crate, tmp_path: Path) -> None:
    page = (ROOT / "docs/log.md").read_text("utf-8")
    (program,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    verifier = tmp_path / "verify.py"
    verifier.write_text(program, "utf-8")
    crate.playlist("House", [song(1), song(2)])
    crate.music(song(1))
    crate.reconcile()
    assert complaint(verifier, crate.home / "log.db") == ""
    for what, statement in TAMPERED.items():
        copy = tmp_path / "copy.db"
        shutil.copy(crate.home / "log.db", copy)
        with closing(sqlite3.connect(copy)) as log, log:
            for table in ("event", "batch"):
                log.execute(f"DROP TRIGGER {table}_update")
                log.execute(f"DROP TRIGGER {table}_delete")
            assert log.execute(statement).rowcount == 1
        assert complaint(verifier, copy), what


def complaint(verifier: Path, log: Path) -> str:
    """What the verifier says of a log; nothing if it is whole."""
    command = [sys.executable, str(verifier), str(log)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert bool(done.returncode) == bool(done.stderr)
    return done.stderr


# ---- looking things up -------------------------------------------------------------------------


def find(command: tuple[str, ...]) -> Any:
    """The command object."""
    found: Any = cli.command()
    for word in command:
        found = found.commands[word]
    return found


def options(command: tuple[str, ...]) -> set[str]:
    """Its options, `--help` among them."""
    params = find(command).params
    return {word for each in params for word in each.opts if word.startswith("--")} | {"--help"}


def sync_lines() -> Iterator[tuple[str, ...]]:
    """Every `sync …` in all pages, as words."""
    for page in PAGES:
        if page.name == "cli.md":
            continue
        text = page.read_text("utf-8")
        blocks = "\n".join(re.findall(r"```(?:console|sh)\n(.*?)```", text, re.DOTALL))
        told = re.findall(r"^(?:\$ )?sync ([a-z].*)$", blocks, re.MULTILINE)
        for line in [*told, *re.findall(r"`sync ([a-z][^`]*)`", text)]:
            yield tuple(line.split())


def keys(model: type[BaseModel], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Dotted name → default as TOML of every setting."""
    for name, field in model.model_fields.items():
        kinds = [field.annotation, *getattr(field.annotation, "__args__", ())]
        below = next(
            (kind for kind in kinds if isinstance(kind, type) and issubclass(kind, BaseModel)), None
        )
        if below is not None:
            yield from keys(below, f"{prefix}{name}.")
        elif field.is_required():
            yield f"{prefix}{name}", "required"
        else:
            yield f"{prefix}{name}", toml(field.default)


def toml(value: object) -> str:
    """A default as it is written in the configuration."""
    if isinstance(value, int | float | dict):
        return str(value).lower()
    if isinstance(value, tuple):
        return f"[{', '.join(map(toml, value))}]"
    return f'"{value}"'


def anchors(page: Path) -> set[str]:
    """The anchors of a page's titles, as forges make them."""
    titles = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}
