"""What pages of the catalogue should say: tracks, playlists, artists and albums.

A page is known by its Sync Key: `track:<track>`, `playlist:<playlist>`, `artist:<name>`,
`album:<first artist>/<name>`. Relations are lists of such keys; they are kept on the side that has
few: a track says which playlists it is on, no playlist says which tracks it has.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal

from projections.contract import Row
from projections.files import FileRow
from projections.layout import included
from projections.library import TrackRow
from projections.naming import collision_key
from projections.playlists import Group, groups
from projections.registry import State
from projections.serving import Serving
from projections.tracks import describe, spotify_url
from projections.values import bpm, genres, key
from state.values import Ref, TrackId

Kind = Literal["playlists", "artists", "albums", "tracks"]
Value = str | int | float | bool | tuple[str, ...] | None

LEFT = "left the library"
"""The state of a page that nothing in the library asks for any more."""
_PATHS = {"m4a": "m4a_path", "mp4": "m4a_path", "aiff": "aiff_path", "aif": "aiff_path",
          "wav": "wav_path"}  # fmt: skip


class Page(Row, frozen=True):
    """One page that should exist."""

    kind: Kind
    key: str
    values: dict[str, Value]
    """By field; nothing is None."""
    links: dict[str, tuple[str, ...]]
    """Relation → Sync Keys."""
    also: tuple[str, ...] = ()
    """Other keys that its page may have been made under: what it was called before."""


def catalogue(state: State) -> list[Page]:
    """All pages: playlists, artists and albums before the tracks that point to them."""
    return _Catalogue(state).pages()


class _Catalogue:
    def __init__(self, state: State) -> None:
        self.state = state
        self.serving = Serving(state)
        found, _ = groups(state.library, state.identity)
        self.groups = included(state, found)
        self.on: dict[TrackId, list[Group]] = {}
        for group in self.groups:
            for track in group.tracks(state.identity):
                self.on.setdefault(track, []).append(group)
        self.placed: dict[TrackId, list[FileRow]] = {}
        for row in state.files.files:
            if row.placement is not None:
                track = state.identity.track(row.placement.track)
                self.placed.setdefault(track, []).append(row)
        self.artists: dict[str, Page] = {}
        self.albums: dict[str, Page] = {}

    def pages(self) -> list[Page]:
        """All pages."""
        tracks = list(self._tracks())
        playlists = [self._playlist(group) for group in self.groups]
        return [*playlists, *self.artists.values(), *self.albums.values(), *tracks]

    def _tracks(self) -> Iterator[Page]:
        asked = (self.state.identity.track(row.ref) for row in self.state.requests.rows)
        wanted = dict.fromkeys([*self.on, *sorted(self.placed), *sorted(asked)])
        for track in wanted:
            row = describe(self.state, track)
            if row is not None:
                yield self._track(track, row)

    def _playlist(self, group: Group) -> Page:
        lead = self.state.library.playlists.get(group.lead)
        listed = lead is None or lead.listed
        return Page(
            "playlists",
            playlist_key(group.lead),
            {
                "title": group.name,
                **_spotify(group.refs),
                "track_count": len(group.members),
                "state": "listed" if listed else "not listed any more",
            },
            {},
            tuple(playlist_key(ref) for ref in group.refs if ref != group.lead),
        )

    def _track(self, track: TrackId, row: TrackRow) -> Page:
        refs = self.state.identity.members(track)
        state, waits = self._state(track)
        paths = sorted(self.placed.get(track, []), key=lambda each: (each.root, each.path))
        artists = [name for name in row.artists if name.strip()]
        album = self._album(row, artists)
        audios = self.serving.audio(track)
        values: dict[str, Value] = {
            "title": row.title,
            "artist_name": ", ".join(artists) or None,
            "album_name": row.album or None,
            **_spotify(refs),
            "soundcloud_url": self._url(track, refs, "soundcloud"),
            "youtube_url": self._url(track, refs, "youtube"),
            "duration_ms": row.duration_ms or None,
            "isrc": row.isrc or None,
            "released": row.released or None,
            "explicit": row.explicit,
            "genres": genres(self.state, track, pages=False).value or None,
            "bpm": round(bpm(self.state, track, audios, pages=False).value, 2) or None,
            "musical_key": key(self.state, track, audios, pages=False).value or None,
            "downloaded": bool(paths) or None,
            "paths": "\n".join(f"{_target(each)}: {each.path}" for each in paths) or None,
            "state": state,
            "waits": waits or None,
        }
        for each in reversed(paths):
            field = _PATHS.get(each.path.rpartition(".")[2].lower())
            if field is not None:
                values[field] = f"{_target(each)}: {each.path}"
        links = {
            "playlists": tuple(playlist_key(group.lead) for group in self.on.get(track, ())),
            "artists": tuple(dict.fromkeys(self._artist(name) for name in artists)),
            "album": (album,) if album else (),
        }
        also = tuple(track_key(TrackId(ref)) for ref in refs if str(ref) != track)
        return Page("tracks", track_key(track), values, links, also)

    def _artist(self, name: str) -> str:
        key = artist_key(name)
        if key not in self.artists:
            self.artists[key] = Page("artists", key, {"title": name, "state": "listed"}, {})
        return key

    def _album(self, row: TrackRow, artists: list[str]) -> str:
        if not row.album.strip():
            return ""
        by = [name for name in row.album_artists if name.strip()] or artists[:1]
        key = album_key(by[0] if by else "", row.album)
        if key not in self.albums:
            links = {"artists": tuple(dict.fromkeys(self._artist(name) for name in by))}
            values: dict[str, Value] = {
                "title": row.album,
                "released": row.released or None,
                "state": "listed",
            }
            self.albums[key] = Page("albums", key, values, links)
        return key

    def _url(self, track: TrackId, refs: Iterable[Ref], site: str) -> str | None:
        """Where a media site has the track: where it was fetched from, or what a person pinned."""
        wanted = self.state.wanted
        for ref in refs:
            said = [row.url for row in wanted.said.of(ref) if row.verdict == "pinned"]
            fetched = [row.url for row in wanted.fetched.of(ref)]
            for url in [*sorted(said), *sorted(fetched)]:
                host = url.partition("://")[2].partition("/")[0]
                if site in host or (site == "youtube" and host.endswith("youtu.be")):
                    return url
        return None

    def _state(self, track: TrackId) -> tuple[str, str]:
        """Where a track is on its way, and what it waits for."""
        if track in self.placed:
            return "placed", ""
        if self.serving.audio(track):
            return "fetched", "its file waits for a place"
        wanted = self.state.wanted
        refs = self.state.identity.members(track)
        failures = [row for ref in refs for row in wanted.failures.of(ref)]
        if failures:
            last = max(failures, key=lambda row: row.position)
            return "wanted", f"{last.url}: {last.why}"
        for ref in refs:
            search = wanted.searches.get(ref)
            if search is not None and not any(each.verdict == "take" for each in search.offers):
                doubtful = any(each.verdict == "review" for each in search.offers)
                return (
                    "wanted",
                    "a person: sync review" if doubtful else "nothing fits that was found",
                )
        return "wanted", "audio: none is known"


def track_key(track: TrackId) -> str:
    """The Sync Key of a track."""
    return f"track:{track}"


def playlist_key(ref: str) -> str:
    """The Sync Key of a playlist."""
    return f"playlist:{ref}"


def artist_key(name: str) -> str:
    """The Sync Key of an artist: names that differ in case alone are one."""
    return f"artist:{collision_key(' '.join(name.split()))}"


def album_key(artist: str, album: str) -> str:
    """The Sync Key of an album."""
    return f"album:{artist_key(artist)[7:]}/{collision_key(' '.join(album.split()))}"


def _spotify(refs: Iterable[str]) -> dict[str, Value]:
    """The id that Spotify has for a thing, and where it shows it."""
    ref = next(filter(spotify_url, refs), "")
    return {"spotify_id": ref.rpartition(":")[2] or None, "spotify_url": spotify_url(ref) or None}


def _target(row: FileRow) -> str:
    return row.root.partition("/")[2]
