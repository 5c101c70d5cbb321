"""Help is quick: it loads neither events, nor the database, nor the library of any service."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.crate import Crate, song

SLOW = {
    "fractional_indexing",
    "imageio_ffmpeg",
    "msgspec",
    "mutagen",
    "numpy",
    "sqlalchemy",
    "sqlite3",
    "sqlmodel",
}
OURS = ("state", "projections", "adapters")
LISTED = """
import sys
from engine.cli.app import main
try:
    main()
finally:
    print(*sys.modules, sep="\\n", file=sys.stderr)
"""


def loaded(*arguments: str, says: str = "Usage: ") -> set[str]:
    """The modules that are loaded when `sync ARGUMENTS` ends."""
    # Without the measuring of coverage, which would load a database itself.
    bare = {key: value for key, value in os.environ.items() if not key.startswith("COVERAGE")}
    command = [sys.executable, "-c", LISTED, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=bare)
    assert says in done.stdout
    return set(done.stderr.split())


@pytest.mark.parametrize("arguments", [("--help",), ("reconcile", "--help")], ids=" ".join)
def test_help_loads_no_service_and_no_event_code(arguments: tuple[str, ...]) -> None:
    modules = loaded(*arguments)
    assert "engine.cli.app" in modules
    assert not {name for name in modules if name.partition(".")[0] in SLOW}
    assert not {name for name in modules if name.partition(".")[0] in OURS}


@pytest.mark.parametrize(
    ("arguments", "says"),
    [(("status",), "1 playlist"), (("reconcile",), "nothing to do"), (("plan",), "nothing to do")],
)
def test_who_listens_to_nothing_loads_no_numpy(
    crate: Crate, arguments: tuple[str, ...], says: str
) -> None:
    crate.playlist("House", [song(1)])
    crate.music(song(1))
    crate.reconcile()
    modules = loaded(*arguments, says=says)
    assert "engine.library" in modules
    assert not {name for name in modules if name.partition(".")[0] == "numpy"}


def test_the_list_of_slow_modules_is_of_modules_that_exist() -> None:
    code = f"import importlib.util as u; print([n for n in {sorted(SLOW)!r} if not u.find_spec(n)])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
