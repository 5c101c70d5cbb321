"""`init`: the configuration of a new library."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from engine.cli import setup
from engine.config import load
from tests.crate import Crate, song

ONE, TWO = song(1), song(2)
REPOSITORY = str(Path(__file__).parents[2])


@pytest.fixture
def bare(crate: Crate) -> Crate:
    """Backups and music, and no configuration yet."""
    crate.playlist("House", [ONE, TWO])
    crate.music(ONE)
    (crate.home / "config.toml").unlink()
    crate.home.rmdir()
    return crate


def init(crate: Crate, *more: str) -> list[str]:
    return [
        *("init", "--yes", "--csv", str(crate.csv), "--files", str(crate.files)),
        *("--root", str(crate.root), *more),
    ]


def test_what_is_given_is_written_and_works(bare: Crate) -> None:
    said = bare.sync(*init(bare, "--json"))
    assert said.code == 0
    assert said.summary["backups"] == said.summary["audio"] == 1
    config = load(bare.home / "config.toml")
    assert config.csv.folders == (bare.csv,) and config.files.folders == (bare.files,)
    assert config.roots() == {"playlists": bare.root}
    assert "# Folders with music" in (bare.home / "config.toml").read_text("utf-8")
    assert bare.sync("reconcile").code == 0
    assert bare.audio_tree() == [f"House/{ONE.artist} - {ONE.title}.wav"]


def test_the_next_step_is_named(bare: Crate) -> None:
    said = bare.sync(*init(bare)).out
    assert "sync plan" in said and "1 backup and 1 audio file are in reach" in said


def test_relative_paths_are_those_of_the_person(
    bare: Crate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(bare.base)
    words = ["--csv", "spotify_playlists", "--files", "./music/../music", "--root", "Playlists"]
    assert bare.sync("init", "--yes", *words).code == 0
    config = load(bare.home / "config.toml")
    assert (config.csv.folders, config.files.folders) == ((bare.csv,), (bare.files,))
    assert config.roots() == {"playlists": bare.root}


def test_names_that_toml_would_trip_over(bare: Crate) -> None:
    odd = bare.base / 'a "b" \\ ü\t#'
    odd.mkdir()
    assert bare.sync(*init(bare, "--files", str(odd))).code == 0
    assert load(bare.home / "config.toml").files.folders == (bare.files, odd)


def test_a_configuration_is_never_overwritten(bare: Crate) -> None:
    bare.home.mkdir()
    (bare.home / "config.toml").write_text("# mine\n", "utf-8")
    said = bare.sync(*init(bare))
    assert said.code == 1 and "is there already" in said.err
    assert (bare.home / "config.toml").read_text("utf-8") == "# mine\n"


def test_if_forced_the_old_ones_are_kept(bare: Crate) -> None:
    bare.home.mkdir()
    (bare.home / "config.toml").write_text("# first\n", "utf-8")
    assert bare.sync(*init(bare, "--force")).code == 0
    second = (bare.home / "config.toml").read_bytes()
    assert bare.sync(*init(bare, "--force")).code == 0
    assert (bare.home / "config.toml.bak-1").read_text("utf-8") == "# first\n"
    assert (bare.home / "config.toml.bak-2").read_bytes() == second


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["--csv", "/no/such/folder"], "is not there"),
        (["--files", "/no/such/folder"], "is not there"),
        (["--root", "/no/such/volume/Playlists"], "make it, or mount it"),
        (["--root", "{files}"], "is only read"),
        (["--root", "{csv}/House.csv"], "is not a folder"),
    ],
)
def test_folders_that_cannot_be_used(bare: Crate, words: list[str], line: str) -> None:
    words = [word.format(files=bare.files, csv=bare.csv) for word in words]
    said = bare.sync(*init(bare, *words))
    assert said.code == 2 and line in said.err.splitlines()[-1]
    assert not (bare.home / "config.toml").exists()


def test_where_nobody_can_be_asked_it_does_not_hang(bare: Crate) -> None:
    said = subprocess.run(
        [sys.executable, "-c", "from engine.cli.app import main; main()", "init"],
        env={**os.environ, "CRATELOG_HOME": str(bare.home), "PYTHONPATH": REPOSITORY},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert said.returncode == 2 and "--yes" in said.stderr.splitlines()[-1]
    assert not bare.home.exists()


def at_terminal(monkeypatch: pytest.MonkeyPatch, typed: str, *words: str) -> tuple[int, str]:
    from engine.cli.app import app

    monkeypatch.setattr(setup, "terminal", lambda: True)
    result = CliRunner().invoke(app, ["init", *words], input=typed)
    return result.exit_code, result.output


def test_on_a_terminal_it_asks_and_shows_what_is_there(
    bare: Crate, monkeypatch: pytest.MonkeyPatch
) -> None:
    typed = f"{bare.csv}\n\n/no/such\n{bare.files}\n{bare.files}\n\n{bare.files}\n{bare.root}\n"
    code, shown = at_terminal(monkeypatch, typed)
    assert code == 0
    assert f"{bare.csv}: 1 found" in shown and "/no/such: is not there" in shown
    assert "is named already" in shown and "is only read" in shown
    assert "sync plan" in shown
    config = load(bare.home / "config.toml")
    assert (config.csv.folders, config.files.folders) == ((bare.csv,), (bare.files,))
    assert config.roots() == {"playlists": bare.root}


def test_what_lies_in_the_usual_places_is_proposed(
    bare: Crate, monkeypatch: pytest.MonkeyPatch
) -> None:
    music = Path.home() / "Music"
    bare.music(ONE, root=music)
    backups = Path.home() / "Downloads" / "spotify_playlists"
    backups.mkdir(parents=True)
    code, _ = at_terminal(monkeypatch, "\n\n\n\n\n")
    assert code == 0
    config = load(bare.home / "config.toml")
    assert (config.csv.folders, config.files.folders) == ((backups,), (music,))
    assert config.roots() == {"playlists": music / "Playlists"}


def test_yes_takes_the_usual_places(bare: Crate) -> None:
    assert bare.sync("init", "--yes").code == 2  # there is no Music to lay out anything in
    (Path.home() / "Music").mkdir(parents=True)
    assert bare.sync("init", "--yes").code == 0
    assert load(bare.home / "config.toml").csv.folders == ()


def test_interrupting_writes_nothing(bare: Crate, monkeypatch: pytest.MonkeyPatch) -> None:
    code, _ = at_terminal(monkeypatch, f"{bare.csv}\n")
    assert code != 0 and not (bare.home / "config.toml").exists()
