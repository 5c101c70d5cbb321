"""`sync log`: the events, one line each."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from datetime import UTC, datetime
from typing import Any

import pytest

from engine.history import Wanted, kinds, last
from state.events import EVENTS, FileSeen, PlaylistSeen, TrackSeen
from state.values import PlaylistRef, Ref, RootId, Tags
from tests.crate import Crate, song

ONE, TWO = song(1), song(2)


@pytest.fixture
def laid(crate: Crate) -> Crate:
    crate.playlist("House", [ONE, TWO])
    crate.music(ONE)
    crate.reconcile()
    return crate


def events(crate: Crate, *words: str) -> list[dict[str, Any]]:
    said = crate.sync("log", *words, "--json")
    assert said.code == 0 and said.summary["type"] == "summary"
    found = [line for line in said.lines if line["type"] == "event"]
    assert said.summary["events"] == len(found)
    return found


def test_every_event_in_order_with_who_and_when(laid: Crate) -> None:
    found = events(laid)
    assert [line["position"] for line in found] == [*range(1, len(laid.events()) + 1)]
    assert [line["kind"] for line in found] == laid.kinds()
    assert all(line["actor"].endswith(": test") for line in found)
    assert datetime.fromisoformat(found[0]["at"]).tzinfo is not None
    written = next(line for line in found if line["kind"] == "FileWritten")
    assert written["payload"]["how"] in ("copied", "cloned")
    assert found[written["cause"] - 1]["kind"] == "ActionIntended"
    out = laid.sync("log").out.splitlines()
    assert len(out) == len(found)
    assert f"{ONE.artist} – {ONE.title} is on 'House'" in "\n".join(out)


def test_kinds_limit_and_since(laid: Crate) -> None:
    assert {line["kind"] for line in events(laid, "--kind", "trackseen")} == {"TrackSeen"}
    both = events(laid, "--kind", "TrackSeen", "--kind", "FileSeen")
    assert [line["kind"] for line in both] == ["TrackSeen", "TrackSeen", "FileSeen"]
    end = len(laid.events())
    assert [line["position"] for line in events(laid, "--limit", "2")] == [end - 1, end]
    assert [line["position"] for line in events(laid, "--since", str(end - 1))] == [end]
    assert len(events(laid, "--since", "2h")) == end
    assert events(laid, "--since", "now") == []
    hour_ago = datetime.fromtimestamp(laid.events()[0].at / 1000 - 3600, UTC).isoformat()
    assert len(events(laid, "--since", hour_ago)) == end


@pytest.mark.parametrize("subject", [ONE.uri, ONE.title, ONE.title.upper(), "House/", "csv:"])
def test_a_subject_is_any_text_of_the_event(laid: Crate, subject: str) -> None:
    found = events(laid, "--subject", subject)
    assert found and len(found) < len(laid.events())
    assert all(subject.casefold() in str(line["payload"]).casefold() for line in found)


def test_accents_and_quotes_of_a_subject() -> None:
    seen = TrackSeen(Ref("a"), "csv", 'Caf\u00e9 "Noir"')
    assert Wanted(subject="cafe\u0301")(seen) and Wanted(subject='"noir"')(seen)
    assert not Wanted(subject="cafe noir")(seen)
    file = FileSeen(RootId("r"), "Caf\u0065\u0301/x.mp3", 1, "aa", 1, "mp3", Tags())
    assert Wanted(subject="CAF\u00c9/X")(file)
    assert not Wanted(kinds(["PlaylistSeen"]), "caf")(file)
    assert Wanted(kinds(["PlaylistSeen"]))(PlaylistSeen(PlaylistRef("p"), "csv", "P"))


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--kind", "FileWriten"], "did you mean FileWritten?"),
        (["--kind", "playlistfound"], "did you mean SamePlaylistFound"),
        (["--kind", "zzz"], "known are TrackSeen"),
        (["--since", "last week"], "neither a position nor a time"),
        (["--limit", "-1"], "--limit"),
    ],
)
def test_bad_words_are_2(laid: Crate, words: list[str], says: str) -> None:
    said = laid.sync("log", *words)
    assert said.code == 2 and says in " ".join(said.err.replace("│", " ").split())


def test_every_kind_is_known_whatever_its_case() -> None:
    assert kinds([event.kind.upper() for event in EVENTS]) == {event.kind for event in EVENTS}


def test_the_last_of_many() -> None:
    assert last(iter(range(5000)), 3) == [4997, 4998, 4999]  # type: ignore[arg-type, comparison-overlap]
    assert last(iter(range(2)), 3) == [0, 1]  # type: ignore[arg-type, comparison-overlap]


def test_follow_goes_on_with_what_is_appended(laid: Crate) -> None:
    environment = {**os.environ, "CRATELOG_HOME": str(laid.home), "PYTHONUNBUFFERED": "1"}
    # A shell may have started the tests with interrupts ignored, and that is inherited.
    program = (
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
        "from engine.cli.app import main; main()"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", program, "log", "--follow", "--limit", "1", "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    )  # fmt: skip
    assert child.stdout is not None and child.stderr is not None
    try:
        assert "ReconcileFinished" in child.stdout.readline()
        laid.playlist("House", [TWO])
        laid.reconcile()
        assert "ReconcileStarted" in child.stdout.readline()
        while "ReconcileFinished" not in child.stdout.readline():
            pass
        child.send_signal(signal.SIGINT)
        (end,) = child.stdout.read().splitlines()
        error = child.stderr.read()
    finally:
        child.kill()
        child.communicate()
    assert child.returncode == 0, error
    assert json.loads(end)["type"] == "summary" and json.loads(end)["events"] > 2


def test_a_log_without_read_models_still_reads(laid: Crate) -> None:
    laid.lose_state()
    out = laid.sync("log").out
    assert f"{ONE.uri} is on 'csv:spotify_playlists/House'" in out
    assert not (laid.home / "state.db").exists()


def test_no_library_is_10(crate: Crate) -> None:
    assert crate.sync("log").code == 10
