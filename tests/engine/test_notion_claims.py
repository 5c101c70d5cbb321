"""Pages that were there before are recognised; what is doubtful is left to a person."""

from __future__ import annotations

from typing import Any

from engine.notion.claims import Stray, claims
from projections.catalogue import Page

A, B = "0" * 21 + "A", "0" * 21 + "B"


def page(key: str = f"track:spotify:track:{A}", **values: Any) -> Page:
    told = {"title": "One", "artist_name": "Ada", "duration_ms": 200_000, **values}
    return Page("tracks", key, told, {})


def stray(name: str = "p1", **values: Any) -> Stray:
    return Stray(name, f"2024-{name}", values)


def claimed(wanted: list[Page], strays: list[Stray]) -> dict[str, tuple[str, str]]:
    found, _ = claims(wanted, strays)
    return {each.key: (each.page, each.why) for each in found}


def doubts(wanted: list[Page], strays: list[Stray]) -> list[str]:
    found, doubted = claims(wanted, strays)
    assert not found
    return [each.why for each in doubted]


def test_signs_from_the_surest_on() -> None:
    one = page(spotify_id=A, isrc="GB-1", soundcloud_url="https://soundcloud.com/a/one")
    signs = {
        "its Sync Key": stray(sync_key=one.key),
        "its Spotify ID": stray(spotify_id=A, title="Other"),
        "its address": stray(soundcloud_url="https://www.soundcloud.com/a/one?si=1"),
        "its ISRC": stray(isrc="gb1"),
        "its title and duration": stray(title=" one ", duration_ms=201_500),
    }
    for why, there in signs.items():
        assert claimed([one], [there]) == {one.key: ("p1", why)}
    found = claimed([one], [stray(f"p{n}", **each.values) for n, each in enumerate(signs.values())])
    assert found == {one.key: ("p0", "its Sync Key")}


def test_the_id_in_an_address_counts_and_its_case() -> None:
    one = page(spotify_id=A)
    there = stray(spotify_url=f"https://open.spotify.com/track/{A}?si=x")
    assert claimed([one], [there])[one.key][1] == "its Spotify ID"
    assert claimed([one], [stray(spotify_id=A.lower())]) == {}


def test_of_doubles_the_oldest_is_claimed() -> None:
    one = page(spotify_id=A)
    assert claimed([one], [stray("p2", spotify_id=A), stray("p1", spotify_id=A)]) == {
        one.key: ("p1", "its Spotify ID")
    }


def test_the_same_title_is_another_track_where_something_speaks_against_it() -> None:
    one = page(spotify_id=A)
    for there in (
        stray(title="One", duration_ms=203_000),
        stray(title="One", duration_ms=200_000, spotify_id=B),
        stray(title="One", duration_ms=200_000, artist_name="Somebody"),
    ):
        assert claims([one], [there]) == ([], [])


def test_a_duration_that_is_no_number_says_nothing() -> None:
    page = Page("tracks", "track:a", {"title": "Opus", "duration_ms": 200_000}, {})
    for said in ("inf", "1e999", "nan", "long"):
        stray = Stray("p", "", {"title": "Opus", "duration_ms": said})
        found, (doubt,) = claims([page], [stray])
        assert not found and doubt.pages == ("p",)


def test_doubtful_pages_are_left() -> None:
    one = page(spotify_id=A)
    assert "nothing else says" in doubts([one], [stray(title="One")])[0]
    twice = [stray("p1", title="One", duration_ms=200_000), stray("p2", title="One")]
    assert "2 pages" in doubts([one], twice)[0]
    both = [one, page(f"track:spotify:track:{B}", spotify_id=B)]
    assert len(doubts(both, [stray(title="One", duration_ms=200_000)])) == 2


def test_a_playlist_is_known_by_its_name() -> None:
    house = Page("playlists", "playlist:x", {"title": "House"}, {})
    assert claimed([house], [stray(title="house")]) == {"playlist:x": ("p1", "its title")}
    assert "2 pages" in doubts([house], [stray("p1", title="House"), stray("p2", title="House")])[0]


def test_two_albums_of_one_title_are_told_apart_by_their_artists() -> None:
    album = Page("albums", "album:ada/hits", {"title": "Hits"}, {"artists": ("artist:ada",)})
    there = Stray("p1", "2024", {"title": "Hits"}, {"artists": "page of bob"})
    known = {"artist:ada": "page of ada", "artist:bob": "page of bob"}
    assert claims([album], [there], known) == ([], [])
    theirs = Stray("p2", "2024", {"title": "Hits"}, {"artists": "page of ada,page of bob"})
    found, doubted = claims([album], [there, theirs], known)
    assert [each.page for each in found] == ["p2"] and not doubted
