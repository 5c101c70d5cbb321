"""What is asked of Spotify, and what is told of the answers."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from adapters.contract import Blocked
from adapters.sandbox.clock import Clock
from adapters.sandbox.spotify import Sandbox, made_up
from adapters.spotify.quota import DAY, Spent
from state.values import PlaylistRef
from tests.adapters.spotify.listening import Listener, truth


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def spotify(clock: Clock) -> Iterator[Sandbox]:
    with Sandbox(clock=clock) as spotify:
        yield spotify


@pytest.fixture
def listener(spotify: Sandbox, clock: Clock) -> Listener:
    return Listener(spotify, clock)


def in_step(listener: Listener) -> bool:
    return all(
        listener.named(name) == rows for name, rows in truth(listener.spotify.library).items()
    )


@pytest.fixture(scope="module")
def large() -> Iterator[Listener]:
    """A large library that was read once."""
    clock = Clock()
    with Sandbox(made_up.large(132, 60, 5300), clock=clock) as spotify:
        listener = Listener(spotify, clock)
        assert listener.requests() <= 320 and in_step(listener)
        yield listener


def test_an_idle_poll_of_a_large_library_is_four_requests(large: Listener) -> None:
    large.clock.advance(hours=1)
    assert large.requests() <= 4
    assert large.spotify.requests == {"GET /me/playlists": 3, "GET /me/tracks": 1}


def test_one_song_liked_is_five_requests_at_most(large: Listener) -> None:
    large.clock.advance(hours=1)
    large.spotify.like(made_up_track(large, 7900))
    assert large.requests() <= 5 and in_step(large)


def made_up_track(listener: Listener, number: int) -> str:
    return list(listener.spotify.library.tracks())[number].uri


def test_a_song_liked_anew_is_the_first_again(large: Listener) -> None:
    large.clock.advance(hours=1)
    old = large.spotify.library.liked[-1].uri
    large.spotify.unlike(old)
    large.spotify.like(old)
    assert large.requests() <= 5 and in_step(large)


def test_a_song_that_is_liked_no_more_is_found_by_reading_all(large: Listener) -> None:
    large.clock.advance(days=1)
    large.spotify.unlike(large.spotify.library.liked[2000].uri)
    assert large.requests() <= 4 + 108 and in_step(large)
    assert len(large.memory.lost) == 1


def test_a_sweep_comes_after_a_week_and_not_before(large: Listener) -> None:
    large.clock.advance(days=6)
    assert large.requests() <= 4
    large.clock.advance(days=1, hours=2)
    assert 100 < large.requests() <= 4 + 108
    assert large.requests() <= 4


@pytest.fixture
def long(clock: Clock) -> Iterator[Listener]:
    """One playlist of 300 rows."""
    library = made_up.large(1, 300, 0, tracks=400)
    with Sandbox(library, clock=clock) as spotify:
        listener = Listener(spotify, clock)
        listener.look()
        assert in_step(listener)
        yield listener


@pytest.mark.parametrize("position", [0, None], ids=["on top", "at the end"])
def test_adding_to_a_long_playlist_costs_three_requests_more(
    long: Listener, position: int | None
) -> None:
    idle = long.requests()
    for number in (350, 360):
        long.spotify.add("Playlist 000", made_up_track(long, number), position=position)
    assert long.requests() <= idle + 3 and in_step(long)
    assert long.requests() == idle and long.memory.lost == []


@pytest.mark.parametrize("position", [0, None], ids=["on top", "at the end"])
def test_a_second_copy_of_a_track_is_no_guess(long: Listener, position: int | None) -> None:
    twice = long.spotify.find_playlist("Playlist 000").rows[150].uri
    long.spotify.add("Playlist 000", twice, position=position)
    long.look()
    assert in_step(long)


def test_what_a_guess_did_not_see_the_sweep_sees(long: Listener, clock: Clock) -> None:
    long.spotify.add("Playlist 000", made_up_track(long, 350))
    long.spotify.reorder("Playlist 000", 150, 170)
    long.look()
    clock.advance(days=8)
    long.look()
    assert in_step(long)


@pytest.mark.parametrize("edit", ["remove", "reorder", "insert"])
def test_any_other_change_of_a_long_playlist_reads_it_whole(long: Listener, edit: str) -> None:
    idle = long.requests()
    rows = long.spotify.find_playlist("Playlist 000").rows
    match edit:
        case "remove":
            long.spotify.remove("Playlist 000", rows[220].uri)
        case "reorder":
            long.spotify.reorder("Playlist 000", 210, 10, 5)
        case "insert":
            long.spotify.add("Playlist 000", made_up_track(long, 380), position=200)
    assert long.requests() <= idle + 7 and in_step(long)


def test_a_new_name_of_a_long_playlist_costs_one_request_more(long: Listener) -> None:
    idle = long.requests()
    long.spotify.rename("Playlist 000", "Playlist X")
    assert long.requests() == idle + 1 and in_step(long)
    long.spotify.rename("Playlist X", "Playlist Y")
    long.spotify.reorder("Playlist Y", 10, 20)
    long.look()
    assert in_step(long)


def test_a_list_that_changes_while_it_is_read_is_read_again(long: Listener) -> None:
    long.spotify.reorder("Playlist 000", 1, 200)
    long.spotify.fault("torn", endpoint="/playlists/{id}/items", after=1)
    assert long.look() is None and in_step(long) and long.memory.lost == []


def test_a_list_that_never_stands_still_is_left_for_later(long: Listener) -> None:
    long.spotify.remove("Playlist 000", long.spotify.find_playlist("Playlist 000").rows[5].uri)
    long.spotify.fault("torn", endpoint="/playlists/{id}/items", times=6)
    there = {liked.uri for liked in long.spotify.library.liked}
    new = next(track.uri for track in long.spotify.library.tracks() if track.uri not in there)
    long.spotify.like(new)
    assert long.look() is None and long.memory.lost == []
    assert "changes while it is read; the next look" in long.unreadable[0].why
    assert new in long.named("Liked Songs")  # it holds up nothing else
    assert long.look() is None and in_step(long)


def test_a_small_budget_takes_days_and_asks_for_nothing_twice(clock: Clock) -> None:
    with Sandbox(made_up.large(30, 20, 700, tracks=900), clock=clock) as spotify:
        listener = Listener(spotify, clock, budget=20)
        days = 0
        while isinstance(stopped := listener.look(), Spent):
            assert stopped.retry_after > 0 and days < 9
            clock.advance(DAY)
            days += 1
        assert stopped is None and in_step(listener) and days >= 2
        assert spotify.requests["GET /playlists/{id}"] == 30
        # A look begins with what is new: the lists, and the top of Liked Songs.
        assert spotify.requests["GET /me/tracks"] <= 14 + days
        assert sum(spotify.requests.values()) <= 45 + 2 * (days + 1)


def test_a_quota_that_is_full_ends_the_look_and_it_goes_on_later(
    spotify: Sandbox, listener: Listener, clock: Clock
) -> None:
    spotify.fault("quota", after=5)
    stopped = listener.look()
    assert isinstance(stopped, Blocked) and stopped.until == clock() + 48_925
    seen = dict(spotify.requests)
    clock.advance(48_925)
    assert listener.look() is None and in_step(listener)
    assert spotify.requests["GET /playlists/{id}"] <= 8 and seen["GET /playlists/{id}"] == 4
    assert spotify.requests["GET /me"] == 1


def test_a_playlist_that_may_not_be_read_is_asked_for_once(
    spotify: Sandbox, listener: Listener
) -> None:
    listener.look()
    assert "Peak Hour Weekly" not in listener.memory.names.values()
    assert listener.requests() == 2
    spotify.rename("Peak Hour Weekly", "Peak Hour")
    assert listener.requests() == 3
    assert listener.requests() == 2


@pytest.mark.parametrize("regime", ["legacy", "transition"])
def test_another_regime_shows_what_was_withheld(
    spotify: Sandbox, listener: Listener, regime: str
) -> None:
    spotify.use_regime(regime)
    listener.look()
    assert in_step(listener) and len(listener.named("Peak Hour Weekly")) == 3


def test_a_refusal_of_one_s_own_playlist_is_tried_again(
    spotify: Sandbox, listener: Listener
) -> None:
    spotify.fault("404", endpoint="/playlists/{id}")
    assert listener.look() is None
    assert len(listener.unreadable) == 1
    assert listener.look() is None
    assert in_step(listener) and listener.unreadable == []


def test_a_track_that_the_service_forgets_stays_on_its_lists(
    spotify: Sandbox, listener: Listener
) -> None:
    listener.look()
    before = listener.named("Late Night"), listener.named("Liked Songs")
    uri = before[0][0]
    spotify.vanish(uri)
    spotify.rename("Late Night", "Late Night")
    listener.look()
    assert (listener.named("Late Night"), listener.named("Liked Songs")) == before
    assert uri in listener.memory.gone and listener.memory.lost == []


def test_a_playlist_that_turns_null_is_not_gone_and_one_unfollowed_is(
    spotify: Sandbox, listener: Listener
) -> None:
    listener.look()
    ref = {name: ref for ref, name in listener.memory.names.items()}
    spotify.withhold("Late Night")
    listener.look()
    assert ref["Late Night"] in listener.memory.shown
    spotify.delete_playlist("Warm up")
    listener.look()
    assert ref["Late Night"] in listener.memory.shown
    assert ref["Warm up"] not in listener.memory.shown
    spotify.withhold("Late Night", False)
    listener.look()
    assert ref["Late Night"] in listener.memory.shown


def test_a_list_of_playlists_that_moves_while_it_is_read_hides_none(clock: Clock) -> None:
    with Sandbox(made_up.large(60, 1, 0, tracks=60), clock=clock) as spotify:
        listener = Listener(spotify, clock)
        listener.look()
        spotify.fault("torn", endpoint="GET /me/playlists")
        assert listener.look() is None
        assert len(listener.memory.shown) == 61
        spotify.fault("torn", endpoint="GET /me/playlists", times=9)
        assert "changes while it is read" in str(listener.look())
        assert len(listener.memory.shown) == 61


def test_a_lost_cursor_costs_requests_and_loses_nothing(
    spotify: Sandbox, listener: Listener
) -> None:
    listener.look()
    listener.cursor = ""
    spotify.unlike(listener.named("Liked Songs")[3])
    listener.look()
    assert in_step(listener) and len(listener.memory.lost) == 1


def test_the_account_is_asked_for_after_another_login_only(
    spotify: Sandbox, listener: Listener
) -> None:
    listener.look()
    listener.look()
    assert spotify.requests["GET /me"] == 1
    assert listener.memory.origin == spotify.library.account.account_id


def test_an_account_keeps_the_name_that_it_is_known_under(
    spotify: Sandbox, listener: Listener
) -> None:
    spotify.use_regime("legacy")
    listener.look()
    assert listener.memory.origin == spotify.account
    spotify.use_regime("dev2026")
    listener.cursor = ""
    listener.look()
    assert listener.memory.origin == spotify.account


def test_rows_are_in_order_after_any_shuffle(spotify: Sandbox, listener: Listener) -> None:
    listener.look()
    chance = random.Random(4)
    for _ in range(5):
        spotify.reorder("Late Night", chance.randrange(5), chance.randrange(6))
    listener.look()
    assert in_step(listener)


def test_what_plays_is_told_with_its_playlist(spotify: Sandbox, listener: Listener) -> None:
    from adapters.spotify.cursor import Cursor
    from adapters.spotify.source import SpotifySource
    from state.events import PlaybackSeen

    source = SpotifySource(listener.settings, listener.client(), Cursor())
    assert source.playing() == []
    late = spotify.find_playlist("Late Night")
    for context, playlist in (
        ("Late Night", late.uri),
        ("liked", f"spotify:user:{spotify.library.account.account_id}:collection"),
        ("", ""),
    ):
        spotify.play(late.rows[0].uri, context)
        told = source.playing()[1]
        assert isinstance(told, PlaybackSeen)
        assert (told.track, told.playlist) == (late.rows[0].uri, PlaylistRef(playlist))
    spotify.pause()
    assert source.playing() == []


def test_a_look_asks_what_plays_where_that_is_wished(spotify: Sandbox, listener: Listener) -> None:
    listener.look()
    uri = spotify.find_playlist("Late Night").rows[0].uri
    spotify.play(uri, "Late Night")
    before = listener.requests()
    assert listener.played == []
    listener.settings = listener.settings.model_copy(update={"playing": True})
    assert listener.requests() == before + 1
    assert listener.played == [uri]
    spotify.fault("403", endpoint="/me/player*")
    assert listener.look() is None
    assert [each.where for each in listener.unreadable] == ["Spotify, player"]
