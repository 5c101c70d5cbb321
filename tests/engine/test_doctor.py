"""`sync doctor`: what is wrong is found and comes with what to do about it."""

from __future__ import annotations

import os
import shutil
import sqlite3
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from adapters.media.tools import Tool
from engine.doctor import folders, library, probes, programs, space
from engine.doctor.probes import Abilities, probe
from state.actions import Action
from state.events import ActionIntended
from state.locks import lock
from state.values import RootId
from tests.crate import Crate, Said, song

ONE, TWO = song(1), song(2)


@pytest.fixture
def laid(crate: Crate) -> Crate:
    crate.playlist("House", [ONE, TWO])
    crate.music(ONE)
    crate.reconcile()
    return crate


def checks(said: Said) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for line in said.lines[:-1]:
        assert line["type"] == "check" and line["text"]
        assert bool(line["advice"]) == (line["level"] != "ok")
        found.setdefault(line["what"], []).append(line)
    return found


def problems(said: Said) -> str:
    """What is wrong, on one line each."""
    return "\n".join(
        f"{line['what']}: {line['text']} → {line['advice']}"
        for line in said.lines
        if line.get("level") == "problem"
    )


def test_a_healthy_library_has_no_problem(laid: Crate) -> None:
    said = laid.sync("doctor", "--json")
    assert said.code == 0, problems(said)
    assert said.summary["problems"] == 0
    found = checks(said)
    assert "Python 3." in found["cratelog"][0]["text"]
    assert "msgspec " in found["packages"][0]["text"]
    assert found["ffmpeg"][0]["text"].startswith("ffmpeg version")
    assert str(laid.home / "config.toml") in found["configuration"][0]["text"]
    events = len(laid.events())
    assert found["log"][0]["text"].startswith(f"{events} events, the last at ")
    assert found["read models"][0]["text"] == f"as of event {events}, the log's last"
    assert found["actions"][0]["text"] == "none is open"
    assert found["run lock"][0]["text"] == found["commit lock"][0]["text"] == "free"
    assert "its marker is ours, device " in found["target playlists"][0]["text"]
    assert "hard links yes" in found["target playlists: file system"][0]["text"]
    assert "GB free of" in found["target playlists: space"][0]["text"]
    assert [path.name for path in (laid.root / ".cratelog" / "work").iterdir()] == []


def test_people_read_signs_and_advice(laid: Crate) -> None:
    shutil.rmtree(laid.csv)
    said = laid.sync("doctor")
    assert said.code == 1
    assert f"PROBLEM backups: {laid.csv}: is not there" in said.out
    assert "→ mount it, or correct the configuration" in said.out
    assert "1 problem, " in said.out


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[csv\n", "is not valid TOML"),
        ("[cvs]\n", "did you mean `csv`?"),
        (None, "is not there"),
    ],
)
def test_a_configuration_that_cannot_be_used(laid: Crate, text: str | None, says: str) -> None:
    path = laid.home / "config.toml"
    path.unlink() if text is None else path.write_text(text)
    said = laid.sync("doctor", "--json")
    assert said.code == 1 and says in problems(said)
    assert "log" in checks(said)


def test_nothing_at_all_is_a_problem_but_not_a_crash(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CRATELOG_HOME", str(tmp_path / "nothing"))
    said = Crate(tmp_path / "crate").sync("doctor", "--json")
    assert said.code == 1 and "sync init" in problems(said)
    assert not (tmp_path / "nothing").exists()


def test_a_new_library_has_no_problem(crate: Crate) -> None:
    said = crate.sync("doctor", "--json")
    assert said.code == 0
    assert "the first sync reconcile begins it" in checks(said)["log"][0]["text"]
    assert "new; the first" in checks(said)["target playlists"][0]["text"]
    assert not crate.root.exists() and not (crate.home / "log.db").exists()


# ---- roots -------------------------------------------------------------------------------------


def test_an_unmounted_root_is_not_touched(laid: Crate) -> None:
    laid.root.rename(laid.base / "away")
    laid.root.mkdir()
    said = laid.sync("doctor", "--json")
    assert said.code == 1 and "the volume is not mounted" in problems(said)
    assert [*laid.root.iterdir()] == []


def test_a_root_of_another_library_is_not_probed(laid: Crate) -> None:
    (laid.root / ".cratelog" / "root.json").write_text('{"library": "somebody"}')
    said = laid.sync("doctor", "--json")
    assert said.code == 1 and "belongs to another library (marker somebody)" in problems(said)
    assert "target playlists: file system" not in checks(said)


def test_missing_and_wrong_folders(laid: Crate) -> None:
    shutil.rmtree(laid.files)
    laid.root.rename(laid.base / "away")
    laid.root.write_text("a file")
    said = laid.sync("doctor", "--json")
    assert f"files/music: {laid.files}: is not there" in problems(said)
    assert f"{laid.root}: is not a folder" in problems(said)
    laid.configure(f'[targets.playlists]\nroot = "{laid.base}/no/such/Playlists"\n')
    assert "no/such is not there" in problems(laid.sync("doctor", "--json"))


def test_a_run_that_is_under_way_is_not_disturbed(laid: Crate) -> None:
    with lock(laid.home / "effects.lock", "sync reconcile"):
        said = laid.sync("doctor", "--json")
    assert said.code == 0
    assert "held by `sync reconcile`" in checks(said)["run lock"][0]["text"]
    assert "not tried out now" in checks(said)["target playlists: file system"][0]["text"]


def test_what_this_file_system_can_do(tmp_path: Path) -> None:
    found = probe(tmp_path)
    plain = tmp_path / "plain"
    plain.write_bytes(b"")
    assert found.case_sensitive == (not (tmp_path / "PLAIN").exists())
    os.link(plain, tmp_path / "other")
    assert found.hard_links and found.longest_name == 255 and found.mtime_step_ns in (1, 100, 1000)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["other", "plain"]


def test_probes_go_away_when_the_disk_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path) -> int:
        raise OSError(28, "No space left on device", str(path))

    monkeypatch.setattr(probes, "_longest", full)
    with pytest.raises(OSError, match="No space"):
        probe(tmp_path)
    assert [*tmp_path.iterdir()] == []


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"longest_name": 143}, "names may have 143 bytes at most"),
        ({"hard_links": False, "exclusive_rename": False}, "cannot rename without overwriting"),
    ],
)
def test_a_poor_file_system_is_a_warning(
    laid: Crate, monkeypatch: pytest.MonkeyPatch, changes: dict[str, Any], says: str
) -> None:
    rich: dict[str, Any] = {
        "case_sensitive": False,
        "normalises": True,
        "hard_links": True,
        "reflinks": True,
        "exclusive_rename": True,
        "longest_name": 255,
        "mtime_step_ns": 2_000_000_000,
    }
    monkeypatch.setattr(folders, "probe", lambda path: Abilities(**{**rich, **changes}))
    said = laid.sync("doctor", "--json")
    found = checks(said)["target playlists: file system"]
    assert said.code == 0 and [line["level"] for line in found] == ["ok", "warning"]
    assert "case does not count" in found[0]["text"] and says in found[1]["text"]


def test_a_root_that_cannot_be_written_is_a_problem(
    laid: Crate, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read_only(path: Path) -> Abilities:
        raise OSError(30, "Read-only file system", str(path))

    monkeypatch.setattr(folders, "probe", read_only)
    said = laid.sync("doctor", "--json")
    assert said.code == 1 and "Read-only file system: nothing can be written there" in problems(
        said
    )


class Usage(NamedTuple):
    total: int
    used: int
    free: int


@pytest.mark.parametrize(("free", "level"), [(9, "warning"), (10, "ok"), (0, "warning")])
def test_little_space_is_a_warning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: int, level: str
) -> None:
    monkeypatch.setattr(space, "disk_usage", lambda path: Usage(100, 100 - free, free))
    assert space.space("x", tmp_path / "not" / "there" / "yet").level == level


# ---- the library -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("folder", "marker", "service"),
    [
        ("Dropbox/x", "", "Dropbox"),
        ("Dropbox (Personal)", "", "Dropbox"),
        ("Library/Mobile Documents/com~apple~CloudDocs", "", "iCloud Drive"),
        ("OneDrive - Firm/a/b", "", "OneDrive"),
        ("Library/CloudStorage/GoogleDrive-me", "", "Google Drive"),
        ("Google Drive/My Drive", "", "Google Drive"),
        ("sync/music", "sync/.stfolder", "Syncthing"),
        ("any/where", "any/.dropbox.cache", "Dropbox"),
        ("music/Dropped boxes", "", ""),
    ],
)
def test_synced_folders_are_known(tmp_path: Path, folder: str, marker: str, service: str) -> None:
    (tmp_path / folder).mkdir(parents=True)
    if marker:
        (tmp_path / marker).mkdir()
    assert library.synced(tmp_path / folder) == service
    (tmp_path / "link").symlink_to(tmp_path / folder)
    assert library.synced(tmp_path / "link") == service


def test_a_library_in_a_synced_folder_is_a_warning(
    laid: Crate, monkeypatch: pytest.MonkeyPatch
) -> None:
    (laid.home / ".stfolder").mkdir()
    said = laid.sync("doctor", "--json")
    found = checks(said)["library folder"][0]
    assert said.code == 0 and found["level"] == "warning" and "Syncthing" in found["text"]


@pytest.mark.parametrize(
    ("sql", "says"),
    [
        ("UPDATE event SET payload = '{}' WHERE position = (SELECT max(position) FROM event)",
         "was changed"),
        ("UPDATE batch SET actor = 'x' WHERE last = (SELECT max(last) FROM batch)", "was changed"),
        ("DELETE FROM event WHERE position = (SELECT max(position) FROM event)", "is missing"),
        ("PRAGMA user_version = 99", "newer version"),
    ],
)  # fmt: skip
def test_a_damaged_end_of_the_log_is_a_problem(laid: Crate, sql: str, says: str) -> None:
    database = sqlite3.connect(laid.home / "log.db")
    for table in ("event", "batch"):
        for verb in ("update", "delete"):
            database.execute(f"DROP TRIGGER {table}_{verb}")
    with database:
        database.execute(sql)
    database.close()
    said = laid.sync("doctor", "--json")
    assert said.code == 1 and says in problems(said)


def test_a_log_that_is_no_database(laid: Crate) -> None:
    (laid.home / "log.db").write_bytes(b"no database" * 1000)
    said = laid.sync("doctor", "--json")
    assert said.code == 1 and "cannot be opened as a log" in problems(said)


def test_a_log_from_a_backup_is_a_problem_and_a_lost_state_is_none(laid: Crate) -> None:
    shutil.copy(laid.home / "log.db", laid.base / "old.db")
    laid.playlist("House", [TWO])
    laid.reconcile()
    shutil.copy(laid.base / "old.db", laid.home / "log.db")
    said = laid.sync("doctor", "--json")
    assert said.code == 1 and "restored from a backup" in problems(said)
    laid.lose_state()
    said = laid.sync("doctor", "--json")
    assert said.code == 0
    assert "events behind; the next run folds them" in checks(said)["read models"][0]["text"]


def test_damaged_read_models_are_a_warning(laid: Crate) -> None:
    state = laid.home / "state.db"
    state.write_bytes(b"\xa5" * state.stat().st_size)
    said = laid.sync("doctor", "--json")
    assert said.code == 0
    assert checks(said)["read models"][0]["level"] == "warning"


def test_an_action_that_was_cut_off_is_a_warning(laid: Crate) -> None:
    action = Action("write", RootId("target/playlists"), "x.m3u8", "a test")
    with laid.library("sync reconcile") as opened:
        opened.append([ActionIntended(action)])
        opened.save()
    found = checks(laid.sync("doctor", "--json"))["actions"][0]
    assert found["level"] == "warning" and "1 were begun" in found["text"]


# ---- programs ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("version", "level"),
    [("3.40.1", "warning"), ("3.51.2", "warning"), ("3.51.3", "ok"), ("3.53.4", "ok"),
     ("4.0.0", "ok")],
)  # fmt: skip
def test_old_sqlite_is_a_warning(monkeypatch: pytest.MonkeyPatch, version: str, level: str) -> None:
    monkeypatch.setattr(programs, "sqlite_version", lambda: version)
    found = {check.what: check for check in programs.checks()}
    assert found["sqlite"].level == level


def test_a_lost_package_and_a_broken_ffmpeg_are_problems(
    laid: Crate, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(programs, "PACKAGES", ("msgspec", "no-such-package"))
    monkeypatch.setattr(programs, "ffmpeg", lambda: str(tmp_path / "no-ffmpeg"))
    said = laid.sync("doctor", "--json")
    assert said.code == 1
    assert "not installed: no-such-package" in problems(said)
    assert "ffmpeg: does not run" in problems(said)


def test_what_fetching_runs_on_is_named(laid: Crate) -> None:
    def told() -> dict[str, str]:
        lines = laid.sync("doctor", "--json").lines
        return {each["what"]: each["text"] for each in lines if "what" in each}

    assert told()["fetching"].startswith("turned off ([fetch] sources names no site); yt-dlp ")
    laid.configure(extra='[fetch]\nsources = ["soundcloud", "youtube"]\n')
    said = told()
    assert said["fetching"].startswith("from soundcloud, youtube; yt-dlp ")
    assert "deno" in said["fetching"] and "ffmpeg version" in said["ffmpeg"]
    assert str(laid.home / "fetched") in said["target fetched"]


def test_what_is_missing_for_which_site_is_said(
    laid: Crate, monkeypatch: pytest.MonkeyPatch
) -> None:
    lost = [Tool("yt-dlp", "1"), Tool("deno", "", "some formats of YouTube: pip install x")]
    monkeypatch.setattr(programs, "tools", lambda: lost)
    found = {check.what: check for check in programs.checks(["youtube"])}
    assert found["fetching"].text == (
        "from youtube; yt-dlp 1; not there: deno for some formats of YouTube: pip install x"
    )
