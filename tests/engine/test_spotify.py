"""Spotify as part of a run."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from adapters.contract import NotAuthorised
from adapters.sandbox.clock import Clock
from adapters.sandbox.spotify import Sandbox
from engine.config import load
from engine.doctor import quota
from state.events import ServiceBlocked
from tests.adapters.spotify.listening import truth
from tests.crate import Crate
from tests.engine.on_spotify import Home, home


@pytest.fixture
def at(crate: Crate, monkeypatch: pytest.MonkeyPatch) -> Iterator[Home]:
    clock = Clock()
    with Sandbox(clock=clock) as spotify:
        yield home(crate, spotify, clock, monkeypatch)


def test_playlists_and_liked_songs_are_known_after_a_run(at: Home) -> None:
    report = at.run()
    assert not report.partly and report.waiting > 0
    assert at.playlists() == truth(at.spotify.library)


def test_a_second_run_appends_nothing_and_asks_for_little(at: Home) -> None:
    at.run()
    before = at.crate.kinds()
    assert at.requests() == 2
    assert at.crate.kinds() == before
    assert before.count("ReconcileStarted") == before.count("ReconcileFinished") == 1


def test_memberships_are_known_before_any_file_is(at: Home) -> None:
    at.run()
    kinds = at.crate.kinds()
    last = len(kinds) - kinds[::-1].index("PlaylistMembershipFound")
    assert last < kinds.index("ActionIntended")


def test_edits_become_events_and_nothing_else(at: Home) -> None:
    at.run()
    before = len(at.crate.events())
    spotify = at.spotify
    spotify.like(spotify.find_playlist("Late Night").rows[0].uri)
    spotify.reorder("Warm up", 0, 3)
    spotify.rename("Late Night", "Later Night")
    at.run()
    assert at.playlists() == truth(spotify.library)
    kinds = [each.event.kind for each in at.crate.events()[before:]]
    assert kinds.count("PlaylistMembershipLost") == 0
    assert kinds.count("PlaylistSeen") == 1


def test_a_full_quota_is_recorded_and_outlives_the_run(at: Home) -> None:
    at.spotify.fault("quota", after=4)
    report = at.run()
    (blocked,) = [e.event for e in at.crate.events() if isinstance(e.event, ServiceBlocked)]
    assert blocked.service == "spotify" and blocked.until > at.now() + 48_000_000
    assert report.partly and "nothing is asked until" in report.blocked[0].why
    assert at.requests() == 0
    at.crate.lose_state()
    assert at.requests() == 0
    at.clock.advance(48_926)
    at.run()
    assert at.playlists() == truth(at.spotify.library)


def test_what_is_asked_is_remembered_and_what_is_forgotten_counts_as_half(at: Home) -> None:
    at.configure("budget = 20")
    at.run()
    assert at.playlists() == truth(at.spotify.library)
    at.crate.lose_state()
    assert not at.run().partly  # ten requests, and half of twenty
    report = at.run()
    assert "budget of 20 requests" in report.blocked[0].why
    at.clock.advance(days=1)
    assert not at.run().partly


def test_without_a_login_everything_else_goes_on(at: Home) -> None:
    (at.crate.home / "secrets" / "spotify.json").unlink()
    report = at.run()
    assert [entry.why for entry in report.blocked] == [
        "not logged in to Spotify: sync login spotify"
    ]
    with pytest.raises(NotAuthorised):
        at.run(only=("spotify",))
    assert at.crate.sync("reconcile", "--only", "spotify").code == 12


def test_a_login_that_ended_is_told_once_to_the_log(at: Home) -> None:
    at.run()
    at.clock.advance(days=190)
    for _ in range(2):
        assert "sync login spotify" in at.run().blocked[0].why
    assert at.crate.kinds().count("AccessExpired") == 1


def test_an_unfollowed_playlist_is_reported_and_kept(at: Home) -> None:
    at.run()
    at.spotify.delete_playlist("Late Night")
    at.run()
    assert at.crate.kinds().count("PlaylistNoLongerListed") == 1
    assert "PlaylistMembershipLost" not in at.crate.kinds()
    at.spotify.follow("Late Night")
    at.run()
    assert at.playlists() == truth(at.spotify.library)


def test_not_more_often_than_the_configuration_says(at: Home) -> None:
    at.configure("poll_minutes = 30")
    at.run()
    at.clock.advance(60)
    assert at.requests() == 0
    at.clock.advance(1800)
    assert at.requests() == 2


def test_liked_songs_can_be_left_out(at: Home) -> None:
    at.configure("liked = false")
    at.run()
    assert "Liked Songs" not in at.playlists()


def test_the_short_way_polls_too(at: Home) -> None:
    at.run()
    at.run()
    at.spotify.forget()
    said = at.crate.sync("reconcile", "--json")
    assert (said.code, said.summary["events"]) == (0, 0)
    assert at.spotify.requests["GET /me/playlists"] == 1
    at.spotify.like(at.spotify.find_playlist("Warm up").rows[1].uri)
    said = at.crate.sync("reconcile", "--json")
    assert said.code == 0 and said.summary["events"] > 2
    assert at.playlists() == truth(at.spotify.library)


def test_status_and_doctor_tell_how_it_is(at: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("state.log.clock", at.now)
    assert not [line for line in at.crate.sync("status", "--json").lines if _is_service(line)]
    at.run()
    said = at.crate.sync("status", "--json")
    (line,) = filter(_is_service, said.lines)
    assert line["service"] == "spotify" and line["read"] == at.now() and line["requests"] == 10
    assert (line["playlists"], line["waiting"], line["blocked"]) == (6, 0, 0)
    assert line["withheld"] == ["Peak Hour Weekly"]
    assert "may not be read: 'Peak Hour Weekly'" in at.crate.sync("status").out
    at.spotify.fault("quota")
    at.run()
    (line,) = filter(_is_service, at.crate.sync("status", "--json").lines)
    assert line["blocked"] == at.now() + 48_925_000
    assert "BLOCKED until" in at.crate.sync("status").out
    (check,) = quota.checks(at.crate.home, load(at.crate.home / "config.toml"), at.now())
    assert check.level == "warning" and "nothing is asked until" in check.text
    at.clock.advance(49_000)
    (line,) = filter(_is_service, at.crate.sync("status", "--json").lines)
    assert line["blocked"] == 0


def _is_service(line: dict[str, object]) -> bool:
    return line["type"] == "service"
