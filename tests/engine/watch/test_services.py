"""Services in a watch: asked when they are due, and for what another command wants to know."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from adapters.sandbox.clock import Clock
from adapters.sandbox.spotify import Sandbox
from engine.library import Library
from engine.spotify import NAME
from state.events import ServiceBlocked, TrackRequested
from state.values import Ref
from tests.crate import Crate
from tests.engine.on_spotify import Home, home
from tests.engine.watch.watching import Watched


@pytest.fixture
def at_home(crate: Crate, monkeypatch: pytest.MonkeyPatch) -> Iterator[Home]:
    clock = Clock()
    with Sandbox(clock=clock) as spotify:
        yield home(crate, spotify, clock, monkeypatch)


@pytest.fixture
def watch(at_home: Home) -> Iterator[Watched]:
    """It has read Spotify once."""
    library = Library(at_home.crate.home, "sync watch", now=at_home.now)
    with library.effects():
        found = Watched(at_home.crate, library)
        found.calm()
        yield found
    library.close()


def asked(at_home: Home) -> int:
    """Requests since the last call."""
    found = sum(n for name, n in at_home.spotify.requests.items() if "token" not in name)
    at_home.spotify.forget()
    return found


def test_a_service_is_asked_on_its_interval_and_not_more_often(
    at_home: Home, watch: Watched
) -> None:
    assert asked(at_home) > 0
    watch.go(30)
    assert asked(at_home) == 0
    at_home.clock.advance(15 * 60)
    passes = watch.passes
    watch.go(5)
    assert 0 < asked(at_home) < 10
    assert watch.passes == passes, "it had no news"
    (shown,) = watch.picture.services
    assert shown.service == NAME and shown.budget == 500 and shown.asked > 0
    assert shown.next == at_home.now() + 15 * 60 * 1000


def test_a_clock_that_is_put_back_silences_no_service(at_home: Home, watch: Watched) -> None:
    asked(at_home)
    at_home.clock.advance(days=-365)
    watch.go(2)
    assert asked(at_home) > 0
    watch.go(60)
    assert asked(at_home) == 0
    at_home.clock.advance(15 * 60)
    watch.go(2)
    assert asked(at_home) > 0


def test_news_of_a_service_is_acted_upon(at_home: Home, watch: Watched) -> None:
    at_home.spotify.rename("Late Night", "Later")
    at_home.clock.advance(15 * 60)
    watch.calm()
    assert "Later" in at_home.playlists()
    assert watch.kinds()[-1] == "ReconcileFinished"


def test_its_own_interval_counts_where_it_is_longer(at_home: Home, watch: Watched) -> None:
    at_home.configure("poll_minutes = 60")
    watch.calm()
    asked(at_home)
    at_home.clock.advance(30 * 60)
    watch.calm()
    assert asked(at_home) == 0
    at_home.clock.advance(31 * 60)
    watch.calm()
    assert asked(at_home) > 0


def test_a_blocked_service_is_left_alone_until_it_said(at_home: Home, watch: Watched) -> None:
    until = at_home.now() + 8 * 3600_000
    watch.library.append([ServiceBlocked(NAME, until, "Spotify wants no more requests")])
    watch.library.save()
    asked(at_home)
    at_home.clock.advance(15 * 60)
    watch.calm()
    (shown,) = watch.picture.services
    assert (shown.next, shown.why) == (until, "Spotify wants no more requests")
    assert asked(at_home) == 0
    at_home.clock.advance(8 * 3600)
    watch.calm()
    assert asked(at_home) > 0


def test_what_another_command_asked_for_is_found_out_at_once(at_home: Home, watch: Watched) -> None:
    strange = at_home.spotify.find_playlist("Peak Hour Weekly")
    track = next(row for row in strange.rows if not known(watch, row.uri))
    nowhere = Ref("spotify:track:0000000000000000000000")
    with at_home.crate.library("sync add") as other:
        other.append([TrackRequested(Ref(track.uri)), TrackRequested(nowhere)])
    asked(at_home)
    watch.go(3)
    assert known(watch, track.uri)
    assert asked(at_home) == 2
    at_home.clock.advance(15 * 60)
    watch.calm()
    at_home.spotify.forget()
    with at_home.crate.library("sync add") as other:
        other.append([TrackRequested(Ref("youtube:dQw4w9WgXcQ"))])
    watch.calm()
    assert asked(at_home) == 0, "there is no such track, and that was said"


def known(watch: Watched, ref: str) -> bool:
    """Whether the log knows what it is."""
    return watch.library.state.library.tracks.get(ref) is not None
