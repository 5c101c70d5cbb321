from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from adapters.contract import (
    Blocked,
    PlaylistListed,
    Row,
    Sighting,
    SourceListed,
    Transient,
    Unreadable,
)
from adapters.media import tracks
from adapters.media.cursor import Cursor, loaded, saved
from adapters.media.settings import SoundcloudSettings
from adapters.media.soundcloud import WEEK, SoundcloudSource
from adapters.sandbox.clock import Clock
from adapters.sandbox.media import Catalogue, Sandbox
from state.events import TrackDelisted, TrackSeen
from state.values import PlaylistRef

SET = "https://soundcloud.com/rhea-lund/sets/morning-mix"


class Listener:
    """Looks again and again, and remembers as the log does."""

    def __init__(self, site: Sandbox, cache: Path, **pages: tuple[str, ...]) -> None:
        self.site, self.cache, self.clock = site, cache, Clock()
        self.settings = SoundcloudSettings(base_url=site.url, **pages)  # type: ignore[arg-type]
        self.cursor = Cursor()
        self.lists: dict[str, list[Row]] = {}
        self.titles: dict[str, str] = {}
        self.told: list[Sighting] = []

    def rows(self, playlist: PlaylistRef) -> Sequence[Row]:
        return self.lists.get(playlist, [])

    def look(self) -> None:
        self.site.forget()
        cursor = loaded(saved(self.cursor))
        source = SoundcloudSource(self.settings, cursor, self, cache=self.cache, clock=self.clock)
        self.told = []
        try:
            for one in source.observe():
                self.told.append(one)
                self._take(one)
        finally:
            self.cursor = source.cursor

    def _take(self, one: Sighting) -> None:
        if isinstance(one, TrackSeen):
            self.titles[one.ref] = one.title
        if isinstance(one, PlaylistListed):
            before = self.lists.get(one.playlist.ref, [])
            new = {row.track for row in one.rows}
            rest = [] if one.complete else [row for row in before if row.track not in new]
            self.lists[one.playlist.ref] = [*one.rows, *rest]

    @property
    def playlists(self) -> dict[str, list[str]]:
        """Titles by the playlist's name."""
        found = (one.playlist for one in self.listed)
        return {one.name: [self.titles[row.track] for row in self.lists[one.ref]] for one in found}

    @property
    def listed(self) -> list[PlaylistListed]:
        return [one for one in self.told if isinstance(one, PlaylistListed)]


@pytest.fixture
def site() -> Iterator[Sandbox]:
    """`rhea-lund` has uploaded A (101) and B (102), likes both, and has a set of both."""
    made = Catalogue()
    a, b = made.add("A", "Rhea Lund", 200, isrc="qz-es7-26-00001"), made.add("B", "Rhea Lund", 90)
    made.add_set("Morning Mix", "Rhea Lund", [a.id, b.id])
    made.like("Rhea Lund", a.id)
    made.like("Rhea Lund", b.id)
    with Sandbox(made) as running:
        yield running


@pytest.fixture
def likes(site: Sandbox, tmp_path: Path) -> Listener:
    return Listener(site, tmp_path, likes=("rhea-lund",))


@pytest.fixture
def uploads(site: Sandbox, tmp_path: Path) -> Listener:
    return Listener(site, tmp_path, users=("rhea-lund",))


@pytest.fixture
def sets(site: Sandbox, tmp_path: Path) -> Listener:
    return Listener(site, tmp_path, sets=(SET,))


# ---- what is told ------------------------------------------------------------------------------


def test_all_pages_are_playlists(site: Sandbox, tmp_path: Path) -> None:
    everything = Listener(site, tmp_path, users=("rhea-lund",), likes=("rhea-lund",), sets=(SET,))
    everything.look()
    assert everything.playlists == {
        "Rhea Lund": ["B", "A"],
        "Rhea Lund (Likes)": ["B", "A"],
        "Morning Mix": ["A", "B"],
    }
    closing = everything.told[-1]
    assert isinstance(closing, SourceListed)
    assert closing.playlists == everything.lists.keys()


def test_a_track_is_told_with_what_the_service_knows(uploads: Listener) -> None:
    uploads.look()
    (seen,) = (one for one in uploads.told if isinstance(one, TrackSeen) and one.title == "A")
    assert (seen.ref, seen.source, seen.artists) == ("soundcloud:101", "soundcloud", ("Rhea Lund",))
    assert (seen.duration_ms, seen.isrc) == (200_000, "QZES72600001")


def test_its_artwork_is_told_in_the_size_that_players_show() -> None:
    small = "https://i1.sndcdn.com/artworks-1-large.jpg"
    told = tracks.seen({"id": 1, "title": "T", "artwork_url": small})
    assert told is not None and told.cover == "https://i1.sndcdn.com/artworks-1-t500x500.jpg"
    bare = tracks.seen({"id": 1, "title": "T", "artwork_url": None})
    assert bare is not None and bare.cover == ""


def test_a_preview_is_as_long_as_the_whole(site: Sandbox, uploads: Listener) -> None:
    site.preview_only("A")
    uploads.look()
    (seen,) = (one for one in uploads.told if isinstance(one, TrackSeen) and one.title == "A")
    assert seen.duration_ms == 200_000


def test_when_it_was_liked_is_kept(likes: Listener) -> None:
    likes.look()
    (listed,) = likes.listed
    assert [row.added_at for row in listed.rows] == ["2026-09-21T18:13:20Z", "2026-09-21T17:13:20Z"]
    assert listed.complete


def test_uploads_never_say_that_something_is_gone(site: Sandbox, uploads: Listener) -> None:
    uploads.look()
    site.delete("A")
    uploads.look()
    (listed,) = uploads.listed
    assert not listed.complete and listed.from_top
    assert uploads.playlists == {"Rhea Lund": ["B", "A"]}


# ---- from one look to the next -----------------------------------------------------------------


def test_an_unchanged_page_costs_two_requests(likes: Listener) -> None:
    likes.look()
    likes.look()
    assert sum(likes.site.requests.values()) == 2


def test_an_unchanged_set_costs_one(sets: Listener) -> None:
    sets.look()
    sets.look()
    assert sum(sets.site.requests.values()) == 1


def test_what_is_new_is_read_and_nothing_else(site: Sandbox, likes: Listener) -> None:
    for number in range(500):
        site.upload(f"T{number}", "Oskar Vane")
        site.like("Rhea Lund", f"T{number}")
    likes.look()
    assert likes.site.requests["GET soundcloud/users/{id}/likes"] == 3
    assert len(likes.playlists["Rhea Lund (Likes)"]) == 502
    site.upload("New", "Oskar Vane")
    site.like("Rhea Lund", "New")
    likes.look()
    assert likes.site.requests["GET soundcloud/users/{id}/likes"] == 1
    assert len(likes.listed[0].rows) == 1
    assert likes.playlists["Rhea Lund (Likes)"][:2] == ["New", "T499"]


def test_a_like_that_was_taken_back_is_gone(site: Sandbox, likes: Listener) -> None:
    likes.look()
    site.unlike("Rhea Lund", "A")
    likes.look()
    assert likes.playlists == {"Rhea Lund (Likes)": ["B"]}


def test_one_taken_back_and_another_given(site: Sandbox, likes: Listener) -> None:
    """The count says nothing; the new one does not fit to it."""
    likes.look()
    site.unlike("Rhea Lund", "A")
    site.upload("C", "Oskar Vane")
    site.like("Rhea Lund", "C")
    likes.look()
    assert likes.playlists == {"Rhea Lund (Likes)": ["C", "B"]}


def test_what_was_liked_a_second_time_hides_nothing(site: Sandbox, likes: Listener) -> None:
    site.upload("C", "Oskar Vane")
    site.like("Rhea Lund", "C")
    likes.look()
    for title in ("A", "C"):
        site.unlike("Rhea Lund", title)
    site.upload("D", "Oskar Vane")
    site.like("Rhea Lund", "D")
    site.like("Rhea Lund", "A")
    likes.look()
    assert likes.playlists == {"Rhea Lund (Likes)": ["A", "D", "B"]}


def test_all_is_read_again_after_a_week(site: Sandbox, likes: Listener) -> None:
    likes.look()
    likes.clock.advance(WEEK + 1)
    likes.look()
    assert likes.listed[0].complete


def test_a_set_follows_its_order(site: Sandbox, sets: Listener) -> None:
    sets.look()
    made = next(iter(site.catalogue.sets.values()))
    site.upload("C", "Oskar Vane")
    site.add_to_set(made.id, "C")
    made.tracks.reverse()
    sets.look()
    assert sets.playlists == {"Morning Mix": ["C", "B", "A"]}
    site.remove_from_set(made.id, "B")
    sets.look()
    assert sets.playlists == {"Morning Mix": ["C", "A"]}


def test_a_long_set_is_asked_for_in_parts(site: Sandbox, sets: Listener) -> None:
    made = next(iter(site.catalogue.sets.values()))
    for number in range(70):
        site.add_to_set(made.id, site.upload(f"T{number}", "Oskar Vane"))
    sets.look()
    assert len(sets.playlists["Morning Mix"]) == 72
    assert sets.site.requests["GET soundcloud/tracks"] == 2
    sets.look()
    assert sum(sets.site.requests.values()) == 1
    assert len(sets.playlists["Morning Mix"]) == 72


# ---- what disappears ---------------------------------------------------------------------------


def test_a_track_that_was_deleted_keeps_its_row(site: Sandbox, likes: Listener) -> None:
    """Nobody took the like back: the row is a null by now."""
    site.upload("C", "Oskar Vane")
    site.like("Rhea Lund", "C")
    likes.look()
    site.delete("B")
    likes.clock.advance(WEEK + 1)
    likes.look()
    assert likes.playlists == {"Rhea Lund (Likes)": ["C", "B", "A"]}
    assert [one for one in likes.told if isinstance(one, TrackDelisted)] == [
        TrackDelisted("soundcloud:102", "soundcloud")  # type: ignore[arg-type]
    ]
    likes.clock.advance(WEEK + 1)
    likes.look()
    assert not any(isinstance(one, TrackDelisted) for one in likes.told)


def test_a_deleted_track_keeps_its_place_in_a_set(site: Sandbox, sets: Listener) -> None:
    sets.look()
    site.delete("A")
    sets.look()
    assert sets.playlists == {"Morning Mix": ["A", "B"]}
    sets.look()
    assert sum(sets.site.requests.values()) == 1


def test_a_liked_set_is_no_track(site: Sandbox, likes: Listener) -> None:
    made = next(iter(site.catalogue.sets.values()))
    site.catalogue.like("Rhea Lund", -made.id)
    likes.look()
    assert likes.playlists == {"Rhea Lund (Likes)": ["B", "A"]}


def test_a_page_that_left_the_configuration_is_not_listed(site: Sandbox, tmp_path: Path) -> None:
    both = Listener(site, tmp_path, users=("rhea-lund",), likes=("rhea-lund",))
    both.look()
    both.settings = SoundcloudSettings(base_url=site.url, users=("rhea-lund",))
    both.look()
    assert both.told[-1] == SourceListed(
        "soundcloud", "public", frozenset({"soundcloud:users:9000:tracks"})
    )


# ---- what goes wrong ---------------------------------------------------------------------------


@pytest.mark.parametrize("fault", ["503", "drop", "truncated", "not json", "403"])
def test_a_list_that_is_cut_off_closes_nothing(fault: str, site: Sandbox, likes: Listener) -> None:
    for number in range(300):
        site.catalogue.like("Rhea Lund", site.upload(f"T{number}", "Oskar Vane"))
    likes.look()
    whole = likes.playlists
    likes.clock.advance(WEEK + 1)
    site.fault(fault, endpoint="soundcloud/users/*/likes", after=1, times=9)
    with pytest.raises(Transient):
        likes.look()
    assert not any(one.complete for one in likes.listed)
    assert likes.playlists == whole
    site.faults.clear()
    likes.look()
    assert likes.listed[0].complete and likes.playlists == whole


def test_what_a_cut_look_has_missed_is_read_by_the_next(site: Sandbox, likes: Listener) -> None:
    likes.look()
    for number in range(300):
        site.catalogue.like("Rhea Lund", site.upload(f"T{number}", "Oskar Vane"))
    site.fault("503", endpoint="soundcloud/users/*/likes", after=1, times=9)
    with pytest.raises(Transient):
        likes.look()
    assert len(likes.playlists["Rhea Lund (Likes)"]) == 202
    site.faults.clear()
    likes.look()
    assert len(likes.playlists["Rhea Lund (Likes)"]) == 302


def test_one_page_that_fails_does_not_stop_the_others(site: Sandbox, tmp_path: Path) -> None:
    site.upload("C", "Oskar Vane")
    two = Listener(site, tmp_path, users=("nobody", "rhea-lund", "oskar-vane"))
    two.look()
    assert two.playlists == {"Rhea Lund": ["B", "A"], "Oskar Vane": ["C"]}
    (missing,) = (one for one in two.told if isinstance(one, Unreadable))
    assert "nobody" in missing.where and "not there" in missing.why
    assert not any(isinstance(one, SourceListed) for one in two.told)
    site.fault("503", endpoint="soundcloud/users/{id}/tracks")
    with pytest.raises(Transient):
        two.look()
    assert [one.playlist.name for one in two.listed] == ["Oskar Vane"]


def test_a_service_that_wants_no_more_requests_gets_none(site: Sandbox, tmp_path: Path) -> None:
    everything = Listener(site, tmp_path, users=("rhea-lund",), likes=("rhea-lund",))
    site.fault("429", endpoint="soundcloud/users/{id}/tracks", seconds=300)
    with pytest.raises(Blocked) as error:
        everything.look()
    assert error.value.retry_after == 300
    with pytest.raises(Blocked):
        everything.look()
    assert not site.requests


def test_a_question_that_fails_after_the_list_was_read_is_asked_again(
    site: Sandbox, likes: Listener
) -> None:
    likes.look()
    site.unlike("Rhea Lund", "A")
    site.fault("503", endpoint="soundcloud/tracks")
    with pytest.raises(Transient):
        likes.look()
    assert not likes.listed
    likes.look()
    assert likes.playlists == {"Rhea Lund (Likes)": ["B"]}


@pytest.mark.parametrize("told", [None, "junk", "[]"])
def test_a_lost_cursor_costs_requests_only(told: str | None, likes: Listener) -> None:
    likes.look()
    before = likes.playlists
    likes.cursor = loaded(told)
    likes.look()
    assert likes.playlists == before
