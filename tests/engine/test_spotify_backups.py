"""Backups and the service itself, in either order: one library, one layout."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.sandbox import music
from adapters.sandbox.clock import Clock
from adapters.sandbox.spotify import Library, Sandbox, made_up
from adapters.sandbox.spotify.library import Playlist, Row, Track, an_id
from state.events import FileWritten, SamePlaylistFound
from tests.crate import HEADER, Crate
from tests.engine.on_spotify import Home, home

NAMES = ("House", "Sunday / Coffee ☕", "Kølig: nr. 1", "AC/DC?")
WHEN = "2024-05-0{}T10:00:00Z"


def library() -> Library:
    """Short tracks on playlists whose names no file can have."""
    made = Library(made_up.ACCOUNT)
    tracks = [made_up.track(f"Song {word}", f"Artist {word}", seconds=3) for word in "ABCDEFGH"]
    made.put(*tracks)
    for number, name in enumerate(NAMES):
        rows = [
            Row(track.uri, WHEN.format(place + 1), made_up.ACCOUNT.id)
            for place, track in enumerate(tracks[number : number + 4])
        ]
        made.put_playlist(Playlist(an_id(name), name, made_up.ACCOUNT, rows))
    made.like([track.uri for track in tracks[2:6]], WHEN.format(9))
    return made


def exported(library: Library, folder: Path) -> None:
    """What exportify.net would write: names without signs, blanks as `_`."""
    lists = {one.name: [row.uri for row in one.rows] for one in library.playlists.values()}
    lists["Liked Songs"] = [one.uri for one in library.liked]
    for name, uris in lists.items():
        rows = [HEADER, *(_row(library.track(uri)) for uri in uris)]
        stem = re.sub(r"\s", "_", re.sub(r'[/\\:*?"<>|]', "", name))
        (folder / f"{stem}.csv").write_text("\n".join(rows) + "\n", "utf-8")


def _row(track: Track | None) -> str:
    assert track is not None
    return (
        f'{track.uri},"{track.name}","{track.album.name}","{track.artists[0].name}",2020-01-01,'
        f"{track.duration_ms},50,false,me,2024-05-01T10:00:00Z,,,,,,,,,,,,,,"
    )


@pytest.fixture
def at(crate: Crate, monkeypatch: pytest.MonkeyPatch) -> Iterator[Home]:
    clock = Clock()
    with Sandbox(library(), clock=clock) as spotify:
        for number, track in enumerate(spotify.library.tracks()):
            music.make(
                crate.files / f"{track.name}.wav", seconds=3, seed=number, title=track.name,
                artists=(track.artists[0].name,), album=track.album.name,
            )  # fmt: skip
        yield home(crate, spotify, clock, monkeypatch)


def backups_alone(at: Home) -> None:
    crate = at.crate
    crate.configure()
    exported(at.spotify.library, crate.csv)
    at.run()


def moves(crate: Crate) -> list[str]:
    """The audio of every move, once for each."""
    events = (each.event for each in crate.events())
    return [e.audio for e in events if isinstance(e, FileWritten) and e.how == "moved" and e.audio]


@pytest.fixture
def from_the_service(at: Home, tmp_path: Path) -> list[str]:
    """The tree that the service alone leads to."""
    at.run()
    tree = at.crate.tree()
    assert len(at.crate.audio_tree()) == 4 * 5
    return tree


def test_backups_after_the_service_change_nothing(at: Home, from_the_service: list[str]) -> None:
    before = len(moves(at.crate))
    exported(at.spotify.library, at.crate.csv)
    at.configure(csv=True)
    at.run()
    assert at.crate.tree() == from_the_service and len(moves(at.crate)) == before
    assert len([e for e in at.crate.events() if isinstance(e.event, SamePlaylistFound)]) == 5


def test_the_service_after_backups_leads_to_the_same(
    at: Home, from_the_service: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Crate(tmp_path / "other")
    for file in at.crate.files.iterdir():
        file.rename(other.files / file.name)
    monkeypatch.setenv("CRATELOG_HOME", str(other.home))
    there = Home(other, at.spotify, at.clock)
    backups_alone(there)
    there.configure(csv=True)
    there.log_in()
    report = there.run(allowed=0)
    assert not report.refused
    there.run()
    assert there.crate.tree() == from_the_service
    told = moves(other)
    # A folder gets its true name, which the backups did not know: its four files, once each.
    assert len(told) == 4 * 3 and all(told.count(audio) <= 3 for audio in told)


def test_what_only_an_old_backup_has_does_not_come_back(at: Home) -> None:
    backups_alone(at)
    at.configure(csv=True)
    at.log_in()
    at.run()
    spotify = at.spotify
    rows = [row.uri for row in spotify.find_playlist("House").rows]
    for uri in rows[:3]:
        spotify.remove("House", uri)
    for track in list(spotify.library.tracks())[5:]:
        spotify.add("House", track.uri)
    spotify.rename("House", "Home")
    at.run(allowed=10)
    at.run(allowed=10)
    houses = [name for name in at.crate.audio_tree() if name.startswith(("House", "Home"))]
    assert len(houses) == 4 and all(name.startswith("Home/") for name in houses)


def test_a_cut_off_cold_import_does_not_overrule_the_backups(at: Home) -> None:
    backups_alone(at)
    tree = [name for name in at.crate.audio_tree() if name.startswith("Liked Songs/")]
    at.configure(csv=True)
    at.log_in()
    library = at.spotify.library
    for number in range(120):
        extra = made_up.track(f"More {number}", "Somebody", seconds=3)
        library.put(extra)
        at.spotify.like(extra.uri)
    for track in list(library.tracks())[3:6]:  # most of what the backup has, and not all
        at.spotify.unlike(track.uri)
        at.spotify.like(track.uri)
    at.spotify.fault("quota", endpoint="GET /me/tracks", after=1)
    at.run()
    assert [name for name in at.crate.audio_tree() if name.startswith("Liked Songs/")] == tree


def test_a_playlist_that_is_emptied_is_refused_with_a_way_to_allow_it(at: Home) -> None:
    at.run()
    tree = at.crate.tree()
    for row in list(at.spotify.find_playlist("House").rows):
        at.spotify.remove("House", row.uri)
    report = at.run()
    assert "--allow-removals" in report.refused[0].text
    assert [name for name in at.crate.tree() if name in tree] == tree
    at.run(allowed=10)
    assert not [name for name in at.crate.audio_tree() if name.startswith("House/")]


def test_an_unfollowed_playlist_keeps_its_files_and_is_reported(at: Home) -> None:
    at.run()
    tree = at.crate.tree()
    at.spotify.delete_playlist("House")
    report = at.run()
    assert at.crate.tree() == tree
    assert any("'House'" in note for note in report.notes)
