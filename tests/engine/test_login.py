"""`sync login spotify` and what follows from it, through the command line."""

from __future__ import annotations

import json
import os
import pty
import shlex
import subprocess
import sys
import threading
import webbrowser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from adapters.contract import NotAuthorised
from adapters.sandbox.spotify import Sandbox
from adapters.spotify.store import Store
from adapters.spotify.tokens import Tokens
from engine import access
from engine.config import load
from engine.doctor import services
from engine.doctor.check import Check
from tests.adapters.spotify.people import Memory, agreed, browse, consent, settings, using
from tests.crate import Crate, Said, song

COMMAND = (sys.executable, "-c", "from engine.cli.app import main; main()")


@pytest.fixture
def spotify() -> Iterator[Sandbox]:
    with Sandbox() as started:
        yield started


@pytest.fixture
def mine(crate: Crate, spotify: Sandbox) -> Crate:
    """The library of somebody who has an app at Spotify."""
    configure(crate, spotify)
    return crate


def configure(crate: Crate, spotify: Sandbox, **more: object) -> None:
    told = settings(spotify, **more).model_dump(exclude_defaults=True)
    keys = "\n".join(f"{key} = {json.dumps(value)}" for key, value in told.items())
    crate.configure(extra=f"[spotify]\n{keys}")


@pytest.fixture
def browser(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.setattr(webbrowser, "open", browse)


@pytest.fixture
def screenless(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sys, "platform", "linux")


def log_in(crate: Crate, spotify: Sandbox) -> Store:
    """As if a person had logged in just now."""
    store = Store(crate.home)
    with store.alone():
        store.keep_new(*consent(spotify))
    return store


def secrets(spotify: Sandbox) -> set[str]:
    """Every token that is known there now."""
    return {*spotify.accounts.tokens, *spotify.accounts.grants, spotify.accounts.client_secret}


# ---- with a browser ----------------------------------------------------------------------------


def test_a_browser_comes_back_by_itself(mine: Crate, spotify: Sandbox, browser: None) -> None:
    said = mine.sync("login", "spotify")
    assert said.code == 0, said
    assert said.out.startswith("logged in to Spotify until 20")
    assert said.out.rstrip().endswith(f"kept in {mine.home}/secrets/spotify.json")
    assert f"{spotify.root}/authorize?client_id=" in said.err
    tokens = Tokens(settings(spotify), mine.home)
    assert tokens.access() in spotify.accounts.tokens
    assert not (mine.home / "log.db").exists()  # nothing that concerns the log


def test_programs_are_told_too(mine: Crate, spotify: Sandbox, browser: None) -> None:
    said = mine.sync("login", "spotify", "--json")
    first, summary = said.lines
    assert first["type"] == "authorize" and first["url"].startswith(spotify.root)
    assert first["redirect_uri"].startswith("http://127.0.0.1:")
    assert summary["type"] == "summary" and summary["kept"] == "file"
    assert "user-library-read" in summary["scopes"]
    assert summary["authorized_at"] < summary["good_until"]


def test_no_browser_is_opened_where_none_is_wanted(
    mine: Crate, browser: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    monkeypatch.setattr(webbrowser, "open", opened.append)
    said = mine.sync("login", "spotify", "--no-browser", "--timeout", "1")
    assert (said.code, opened) == (12, [])
    assert "open this address in a browser" in said.err
    assert "no answer came within 1 s" in said.err and "--paste" in said.err


def test_without_a_display_no_browser_takes_the_terminal(
    mine: Crate, screenless: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    monkeypatch.setattr(webbrowser, "open", opened.append)
    said = mine.sync("login", "spotify", "--timeout", "1")
    assert (said.code, opened) == (12, [])


def test_the_configured_port_is_the_one(
    mine: Crate, spotify: Sandbox, browser: None, unused: int
) -> None:
    configure(mine, spotify, redirect_port=unused)
    spotify.accounts.redirects = (f"http://127.0.0.1:{unused}/callback",)
    said = mine.sync("login", "spotify", "--json")
    assert said.lines[0]["redirect_uri"] == f"http://127.0.0.1:{unused}/callback"
    assert said.code == 0


@pytest.fixture
def unused() -> int:
    import socket

    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def test_a_person_says_no(mine: Crate, spotify: Sandbox, browser: None) -> None:
    spotify.accounts.deny = True
    said = mine.sync("login", "spotify")
    assert said.code == 12 and said.out == ""
    assert said.err.splitlines()[-1] == (
        "sync: the permission was denied in the browser; to try again: sync login spotify"
    )
    assert not (mine.home / "secrets" / "spotify.json").exists()


def test_an_answer_to_another_log_in(
    mine: Crate, spotify: Sandbox, browser: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody else's code must not become our login."""

    def misled(url: str) -> bool:
        address = agreed(url)
        head, _, _ = address.partition("state=")
        threading.Thread(target=lambda: requests.get(f"{head}state=theirs", timeout=5)).start()
        return True

    monkeypatch.setattr(webbrowser, "open", misled)
    said = mine.sync("login", "spotify")
    assert said.code == 12 and "its state is not ours" in said.err
    assert not (mine.home / "secrets" / "spotify.json").exists()


# ---- pasted ------------------------------------------------------------------------------------


def pasted(crate: Crate, spotify: Sandbox, change: Any = lambda address: address) -> Said:
    """`sync login spotify --paste` in a process of its own, and what a person types there."""
    running = subprocess.Popen(
        [*COMMAND, "login", "spotify", "--paste", "--json"],
        env={**os.environ, "CRATELOG_HOME": str(crate.home)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert running.stdout is not None
    first = running.stdout.readline()
    typed = change(agreed(json.loads(first)["url"]))
    out, err = running.communicate(typed, timeout=60)
    return Said(running.returncode, first + out, err)


def test_an_address_is_pasted(mine: Crate, spotify: Sandbox) -> None:
    spotify.accounts.redirects = ("http://127.0.0.1/callback",)
    said = pasted(mine, spotify, lambda address: f"  '{address}'\n")
    assert said.code == 0, said
    assert said.lines[0]["redirect_uri"] == "http://127.0.0.1/callback"
    assert "paste the whole" in said.err and said.summary["kept"] == "file"
    assert Tokens(settings(spotify), mine.home).access() in spotify.accounts.tokens


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("", "that is not the address at which the log-in ended"),
        ("\n", "that is not the address at which the log-in ended"),
        ("AQBcode\n", "that is not the address at which the log-in ended"),
        ("http://127.0.0.1/callback?code=a&state=b\n", "its state is not ours"),
        ("http://127.0.0.1/callback?code=a&state=b", "its state is not ours"),
    ],
)
def test_something_else_is_pasted(mine: Crate, spotify: Sandbox, typed: str, says: str) -> None:
    said = pasted(mine, spotify, lambda _: typed)
    assert said.code == 12 and says in said.err.splitlines()[-1]
    assert "Traceback" not in said.err
    assert not (mine.home / "secrets" / "spotify.json").exists()


def test_at_a_terminal_an_address_may_be_pasted_while_a_browser_is_waited_for(
    mine: Crate, spotify: Sandbox, screenless: None
) -> None:
    ours, theirs = pty.openpty()
    running = subprocess.Popen(
        [*COMMAND, "login", "spotify", "--json"],
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert running.stdout is not None
    address = agreed(json.loads(running.stdout.readline())["url"])
    os.write(ours, f"\n{address}\n".encode())
    out, err = running.communicate(timeout=60)
    os.close(ours)
    os.close(theirs)
    assert (running.returncode, json.loads(out)["kept"]) == (0, "file"), err


# ---- nothing to log in to ----------------------------------------------------------------------


def test_usage_and_configuration(crate: Crate, spotify: Sandbox) -> None:
    assert crate.sync("login", "tidal").code == 2
    said = crate.sync("login", "spotify")
    assert said.code == 1 and "config.toml: has no section [spotify]" in said.err
    configure(crate, spotify, client_id="")
    said = crate.sync("login", "spotify")
    assert said.code == 12 and "client_id is empty" in said.err
    (crate.home / "config.toml").unlink()
    assert crate.sync("login", "spotify").code == 10


def test_the_client_id_may_come_from_outside(
    crate: Crate, spotify: Sandbox, browser: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    configure(crate, spotify, client_id="")
    monkeypatch.setenv("CRATELOG_SPOTIFY_CLIENT_ID", spotify.accounts.client_id)
    assert crate.sync("login", "spotify").code == 0


# ---- logout ------------------------------------------------------------------------------------


def test_a_login_is_forgotten(mine: Crate, spotify: Sandbox) -> None:
    store = log_in(mine, spotify)
    assert mine.sync("logout", "spotify", "--json").summary["forgotten"] is True
    assert store.read() is None and not store.path.exists()
    again = mine.sync("logout", "spotify")
    assert (again.code, again.out) == (0, "there was no login to Spotify\n")


# ---- the log -----------------------------------------------------------------------------------


def expire(crate: Crate, spotify: Sandbox) -> NotAuthorised:
    """A run finds that the login has ended."""
    spotify.revoke()
    with pytest.raises(NotAuthorised) as raised:
        Tokens(settings(spotify), crate.home).renew()
    return raised.value


def test_an_end_is_recorded_once_and_so_is_a_new_beginning(
    mine: Crate, spotify: Sandbox, browser: None
) -> None:
    log_in(mine, spotify)
    error = expire(mine, spotify)
    for _ in range(2):
        with mine.library() as library:
            access.expired(library, "spotify", error.expired)
            assert library.state.access.expired.get("spotify") is not None
    for _ in range(2):
        assert mine.sync("login", "spotify").code == 0
    with mine.library() as library:
        assert library.state.access.expired.get("spotify") is None
        access.expired(library, "spotify", "")  # of an error that is no end
    kinds = [kind for kind in mine.kinds() if kind.startswith("Access")]
    assert kinds == ["AccessExpired", "AccessGranted"]
    told = mine.sync("log").out
    assert "spotify does not honour the login any more: Refresh token revoked" in told
    assert "a person logged in to spotify again" in told


def test_a_run_goes_on_without_what_it_may_not_see(mine: Crate, spotify: Sandbox) -> None:
    mine.playlist("House", [song(1)])
    mine.music(song(1))
    log_in(mine, spotify)
    spotify.revoke()
    for _ in range(3):
        said = mine.sync("reconcile")
        assert (
            said.code == 3 and "(Refresh token revoked): sync login spotify" in said.err + said.out
        )
    assert mine.audio_tree() and mine.kinds().count("AccessExpired") == 1
    assert spotify.requests["POST /api/token"] == 1
    alone = mine.sync("reconcile", "--only", "spotify")
    assert alone.code == 12 and alone.err.endswith("(Refresh token revoked): sync login spotify\n")
    log_in(mine, spotify)
    mine.sync("reconcile")
    assert mine.kinds().count("AccessGranted") == 1
    with mine.library() as library:
        assert "Late Night" in {row.name for row in library.state.library.playlists}


def test_no_secret_is_anywhere_but_in_its_file(
    mine: Crate, spotify: Sandbox, browser: None, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(0)
    mine.playlist("House", [song(1)])
    said = [mine.sync("login", "spotify"), mine.sync("login", "spotify", "--json")]
    said.append(mine.sync("reconcile"))
    tokens = Tokens(settings(spotify), mine.home)
    tokens.access()
    tokens.renew()
    found = secrets(spotify)
    error = expire(mine, spotify)
    with mine.library() as library:
        access.expired(library, "spotify", error.expired)
    said += [mine.sync(*words) for words in (("doctor",), ("status", "--json"), ("log",))]
    said.append(mine.sync("login", "spotify"))
    found |= secrets(spotify)
    assert len(found) == 9  # three consents, an access token more, one that was there, the app's
    written = {
        path: path.read_bytes().decode("utf-8", "replace")
        for path in mine.base.rglob("*")
        if path.is_file() and path.parent.name != "secrets"
    }
    assert any(path.name == "log.db" for path in written)
    texts = [*written.values(), *(each.out + each.err for each in said), str(error), caplog.text]
    assert [text for text in texts for secret in found if secret in text] == []


def test_a_real_browser_is_found_by_its_variable(
    mine: Crate, spotify: Sandbox, tmp_path: Path
) -> None:
    """The whole of it as a person has it: another process, another program."""
    script = tmp_path / "browser.py"
    script.write_text(
        "import sys, urllib.request as u\n"
        "u.build_opener(u.ProxyHandler({})).open(sys.argv[1], timeout=10).read()\n"
    )
    done = subprocess.run(
        [*COMMAND, "login", "spotify"],
        env={**os.environ, "BROWSER": f"{shlex.join([sys.executable, str(script)])} %s"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.returncode, done.stdout[:21]) == (0, "logged in to Spotify ")
    assert "code=" not in done.stdout + done.stderr


def test_a_keyring_holds_it_where_there_is_one(
    mine: Crate, spotify: Sandbox, browser: None
) -> None:
    memory = Memory()
    with using(memory):
        said = mine.sync("login", "spotify")
        assert said.out.endswith("kept in the keyring\n") and len(memory.kept) == 1
        assert "kept in the keyring" in mine.sync("doctor").out
        assert mine.sync("logout", "spotify").code == 0
    assert memory.kept == {}


# ---- doctor ------------------------------------------------------------------------------------


def checked(crate: Crate, now: float) -> Check:
    """What the doctor says of the login, `now` in seconds since 1970."""
    (found,) = services.checks(crate.home, load(crate.home / "config.toml"), int(now * 1000))
    assert found.what == "spotify login"
    return found


def test_the_doctor_says_nothing_where_spotify_is_not_wanted(crate: Crate) -> None:
    found = {line.get("what") for line in crate.sync("doctor", "--json").lines}
    assert "library folder" in found and "spotify login" not in found


def test_the_doctor_tells_the_age(mine: Crate, spotify: Sandbox) -> None:
    log_in(mine, spotify)
    now = spotify.clock()
    for days, level, says in (
        (0, "ok", "0 days old, good until "),
        (-0.5, "ok", "0 days old"),  # the clock was put back
        (166.9, "ok", "166 days old"),
        (167, "warning", "167 days old: it ends on "),
        (185, "problem", "185 days old: it ended on "),
    ):
        found = checked(mine, now + days * 86_400)
        assert (found.level, found.text[: len(says)]) == (level, says)
        assert bool(found.advice) == (level != "ok")
    lines = mine.sync("doctor", "--json").lines
    assert [line["level"] for line in lines if line.get("what") == "spotify login"] == ["ok"]


def test_the_doctor_finds_what_is_wrong(mine: Crate, spotify: Sandbox) -> None:
    now = spotify.clock()
    assert checked(mine, now).text == "not logged in"
    store = log_in(mine, spotify)
    expire(mine, spotify)
    assert "Spotify says: Refresh token revoked" in checked(mine, now).text
    store.path.write_text("{")
    assert "is damaged" in checked(mine, now).text
    log_in(mine, spotify)
    configure(mine, spotify, client_id="other")
    assert "another app than client_id 'other'" in checked(mine, now).text
    configure(mine, spotify, client_id="")
    assert "client_id is empty" in checked(mine, now).text


def test_the_doctor_sees_who_else_can_read_it(mine: Crate, spotify: Sandbox) -> None:
    store = log_in(mine, spotify)
    store.path.chmod(0o640)
    found = list(services.checks(mine.home, load(mine.home / "config.toml"), 0))
    assert [check.level for check in found] == ["ok", "warning"]
    assert "others on this machine may read it" in found[1].text
