"""The objects of the Web API as JSON, in each of the three regimes.

`dev2026` is what apps in development mode get since February 2026: fewer fields, `item`, `items`.
`legacy` is what was before: `track` and `tracks`. `transition` has both names and all fields.
Order and presence of keys follow recorded answers.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from html import escape
from typing import Any, Literal

from adapters.sandbox.spotify.library import (
    MARKETS,
    Album,
    Artist,
    Episode,
    Item,
    Library,
    LocalFile,
    Playlist,
    Row,
    Show,
    Track,
    User,
)

Regime = Literal["dev2026", "transition", "legacy"]
Json = dict[str, Any]
UNFILTERED = {"filter_enabled": False, "filter_locked": False}
PRECISION = {4: "year", 7: "month", 10: "day"}


@dataclass(frozen=True)
class Shapes:
    """What one request is answered with.

    Args:
        base: `http://127.0.0.1:PORT/v1` as the client called it.
        playable: tell of every track whether it can be played: with `market`, or where the service
            knows the country anyway.
        additional: the kinds that the client said it understands.
    """

    library: Library
    regime: Regime
    base: str
    playable: bool = False
    additional: tuple[str, ...] = ("track",)

    # ---- what all objects have ---------------------------------------------------------------

    def _named(self, kind: str, an_id: str) -> Json:
        return {
            "external_urls": {"spotify": f"https://open.spotify.com/{kind}/{an_id}"},
            "href": f"{self.base}/{kind}s/{an_id}",
            "id": an_id,
        }

    def _old(self, **fields: Any) -> Json:
        """Fields that development mode has lost."""
        return {} if self.regime == "dev2026" else fields

    # ---- people ------------------------------------------------------------------------------

    def user(self, user: User) -> Json:
        """Who added a row."""
        uri = f"spotify:user:{user.id}"
        return {**self._named("user", user.id), "type": "user", "uri": uri}

    def owner(self, user: User) -> Json:
        return {"display_name": user.name, **self.user(user)}

    def me(self, scopes: frozenset[str]) -> Json:
        private = "user-read-private" in scopes
        account = self.library.account
        shape = {
            **(self._old(country="NL") if private else {}),
            "display_name": account.name,
            **(self._old(email=f"{account.id}@example.com") if "user-read-email" in scopes else {}),
            **(self._old(explicit_content=UNFILTERED) if private else {}),
            **self._named("user", account.id),
            **self._old(followers={"href": None, "total": 21}),
            "images": images(account.id, (300, 64), "ab6775700000"),
            **(self._old(product="premium") if private else {}),
            "type": "user",
            "uri": f"spotify:user:{account.id}",
        }
        # Since May 2026, for every app.
        return shape if self.regime == "legacy" else shape | {"account_id": account.account_id}

    # ---- music -------------------------------------------------------------------------------

    def artist(self, artist: Artist) -> Json:
        named = self._named("artist", artist.id)
        return {**named, "name": artist.name, "type": "artist", "uri": artist.uri}

    def full_artist(self, artist: Artist) -> Json:
        return {
            **self.artist(artist),
            **self._old(followers={"href": None, "total": 1000}, popularity=50),
            "genres": [] if self.regime == "dev2026" else list(artist.genres),
            "images": images(artist.id, (640, 320, 160), "ab6761610000"),
        }

    def album(self, album: Album) -> Json:
        ghost = not album.name
        return {
            "album_type": album.kind,
            "artists": [self.artist(artist) for artist in album.artists],
            **self._old(available_markets=[] if ghost else list(MARKETS)),
            **self._named("album", album.id),
            "images": images(album.id, (640, 300, 64), "ab67616d0000"),
            **({"is_playable": True} if self.playable else {}),
            "name": album.name,
            "release_date": album.released,
            "release_date_precision": PRECISION[len(album.released)],
            "total_tracks": album.total_tracks,
            "type": "album",
            "uri": album.uri,
        }

    def full_album(self, album: Album, tracks: Json) -> Json:
        return {
            **self.album(album),
            "tracks": tracks,
            "copyrights": [{"text": f"© {album.label}", "type": "C"}],
            "external_ids": {"upc": album.upc},
            "genres": [],
            **self._old(label=album.label, popularity=50),
        }

    def on_album(self, track: Track) -> Json:
        """A track without its album, and therefore without its ISRC."""
        return {
            "artists": [self.artist(artist) for artist in track.artists],
            **self._old(available_markets=self._markets(track)),
            "disc_number": track.disc,
            "duration_ms": track.duration_ms,
            "explicit": track.explicit,
            **self._named("track", track.id),
            **self._may_play(track),
            "name": track.name,
            "preview_url": None,
            "track_number": track.number,
            "type": "track",
            "uri": track.uri,
            "is_local": False,
        }

    def track(self, asked: Track) -> Json:
        """A track, or the one that is played in its place.

        A substitute has its own id, but its web address is still that of the one asked for.
        """
        track = self.library.track(self.library.relinked.get(asked.uri, "")) or asked
        shape = {"album": self.album(track.album), **self.on_album(track)}
        shape["external_ids"] = {"isrc": track.isrc} if track.isrc else {}
        shape |= self._old(popularity=track.popularity)
        if track is not asked:
            original = self._named("track", asked.id)
            shape["external_urls"] = original["external_urls"]
            shape |= self._old(linked_from={**original, "type": "track", "uri": asked.uri})
        return shape

    def _markets(self, track: Track) -> list[str]:
        gone = track.restriction == "market" or not track.name
        return [] if gone else list(MARKETS)

    def _may_play(self, track: Track) -> Json:
        if track.restriction and (self.playable or self.regime == "dev2026"):
            return {"is_playable": False, "restrictions": {"reason": track.restriction}}
        return {"is_playable": bool(track.name)} if self.playable else {}

    def local(self, file: LocalFile) -> Json:
        """Every key that a track has, with nothing behind it."""
        nothing: Json = {"external_urls": {}, "href": None, "id": None}
        artist = {**nothing, "name": file.artist, "type": "artist", "uri": None}
        return {
            "album": {
                "album_type": None,
                "artists": [],
                **self._old(available_markets=[]),
                **nothing,
                "images": [],
                "name": file.album,
                "release_date": None,
                "release_date_precision": None,
                "type": "album",
                "uri": None,
            },
            "artists": [artist],
            **self._old(available_markets=[]),
            "disc_number": 0,
            "duration_ms": file.seconds * 1000,
            "explicit": False,
            "external_ids": {},
            **nothing,
            "is_local": True,
            "name": file.name,
            **self._old(popularity=0),
            "preview_url": None,
            "track_number": 0,
            "type": "track",
            "uri": file.uri,
        }

    # ---- talk --------------------------------------------------------------------------------

    def show(self, show: Show) -> Json:
        return {
            "available_markets": list(MARKETS),
            "copyrights": [],
            "description": f"All about {show.name}.",
            "explicit": False,
            **self._named("show", show.id),
            "html_description": f"<p>All about {escape(show.name)}.</p>",
            "images": images(show.id, (640, 300, 64), "ab6765630000"),
            "is_externally_hosted": False,
            "languages": ["en"],
            "media_type": "audio",
            "name": show.name,
            "publisher": show.publisher,
            "total_episodes": show.total_episodes,
            "type": "show",
            "uri": show.uri,
        }

    def episode(self, episode: Episode, *, alone: bool = True) -> Json:
        """`alone`: not on a playlist, and therefore with a place to go on from."""
        shape = {
            "audio_preview_url": None,
            "description": f"{episode.name}.",
            "duration_ms": episode.duration_ms,
            "explicit": False,
            **self._named("episode", episode.id),
            "html_description": f"<p>{escape(episode.name)}.</p>",
            "images": images(episode.id, (640, 300, 64), "ab6765630000"),
            "is_externally_hosted": False,
            "language": "en",
            "languages": ["en"],
            "name": episode.name,
            "release_date": episode.released,
            "release_date_precision": PRECISION[len(episode.released)],
            "type": "episode",
            "uri": episode.uri,
        }
        if alone:
            shape["is_playable"] = True
            shape["resume_point"] = {"fully_played": False, "resume_position_ms": 0}
        return shape

    def full_episode(self, episode: Episode, *, alone: bool = True) -> Json:
        return {**self.episode(episode, alone=alone), "show": self.show(episode.show)}

    def _as_track(self, episode: Episode) -> Json:
        """An episode for clients that did not say that they know what that is: dressed as a track,
        its show as album and artist, its kind alone telling."""
        show = self._named("show", episode.show.id)
        artist = {**show, "name": episode.show.name, "type": "show", "uri": episode.show.uri}
        return {
            "album": {
                "album_type": "compilation",
                "artists": [artist],
                **self._old(available_markets=list(MARKETS)),
                **show,
                "images": images(episode.show.id, (640, 300, 64), "ab6765630000"),
                "name": episode.show.name,
                "release_date": episode.released,
                "release_date_precision": PRECISION[len(episode.released)],
                "total_tracks": 0,
                "type": "show",
                "uri": episode.show.uri,
            },
            "artists": [artist],
            **self._old(available_markets=list(MARKETS)),
            "disc_number": 0,
            "duration_ms": episode.duration_ms,
            "explicit": False,
            "external_ids": {"spotify": f"https://open.spotify.com/episode/{episode.id}"},
            **self._named("episode", episode.id),
            "is_local": False,
            "name": episode.name,
            **self._old(popularity=0),
            "preview_url": None,
            "track_number": 0,
            "type": "episode",
            "uri": episode.uri,
        }

    # ---- playlists ---------------------------------------------------------------------------

    def item(self, item: Item) -> Json:
        """What a row of a playlist holds."""
        match item:
            case LocalFile():
                return self.local(item)
            case Episode() if "episode" in self.additional:
                whole = self.full_episode(item, alone=False)
                return whole | {"episode": True, "track": False}
            case Episode():
                return self._as_track(item) | {"episode": False, "track": True}
            case Track():
                return self.track(item) | {"episode": False, "track": True}

    def row(self, row: Row) -> Json:
        """A row; one whose item is gone keeps its place."""
        item = self.library.items.get(row.uri)
        shape = None if item is None else self.item(item)
        by = None
        if row.by is not None:
            by = self.user(self.library.users.get(row.by) or User(row.by, None))
        return {
            "added_at": row.added_at,
            "added_by": by,
            "is_local": isinstance(item, LocalFile),
            "primary_color": None,
            **({} if self.regime == "legacy" else {"item": shape}),
            **self._old(track=shape),
            "video_thumbnail": None if item is None else {"url": None},
        }

    def liked(self, uri: str, added_at: str) -> Json:
        track = self.library.track(uri)
        return {"added_at": added_at, "track": None if track is None else self.track(track)}

    def playlist(self, playlist: Playlist, items: Json, tracks: Json) -> Json:
        """`items` and `tracks` are pages, or where they are; the regime leaves one of them out."""
        return {
            "collaborative": playlist.collaborative,
            "description": playlist.description,
            **self._named("playlist", playlist.id),
            "images": self.cover(playlist),
            "name": playlist.name,
            "owner": self.owner(playlist.owner),
            "primary_color": None,
            "public": playlist.public,
            "snapshot_id": playlist.snapshot_id,
            **({} if self.regime == "legacy" or not items else {"items": items}),
            **(self._old(tracks=tracks) if tracks else {}),
            "type": "playlist",
            "uri": playlist.uri,
        }

    def full_playlist(self, playlist: Playlist, items: Json, tracks: Json) -> Json:
        shape = self.playlist(playlist, items, tracks)
        return shape | self._old(followers={"href": None, "total": 0})

    def listed(self, playlist: Playlist, readable: bool) -> Json | None:
        """One of the list of playlists: null for one that the service keeps to itself."""
        if playlist.withheld:
            return None
        where = f"{self.base}/playlists/{playlist.id}"
        total = len(playlist.rows)
        items: Json = {"href": f"{where}/items", "total": total} if readable else {}
        shape = self.playlist(playlist, items, {"href": f"{where}/tracks", "total": total})
        # A list without a cover has none at all here, and an empty list of them elsewhere.
        return shape | {"images": shape["images"] or None}

    def cover(self, playlist: Playlist) -> list[Json]:
        if not playlist.rows:
            return []
        url = images(playlist.rows[0].uri, (300,), "ab67616d0000")[0]["url"]
        return [{"height": None, "url": url, "width": None}]


SIZES = {640: "b273", 320: "5174", 300: "1e02", 160: "f178", 64: "4851"}


def images(seed: str, sizes: tuple[int, ...], kind: str) -> list[Json]:
    """Addresses of pictures that look right and lead nowhere."""
    mark = hashlib.md5(seed.encode(), usedforsecurity=False).hexdigest()[:24]
    return [
        {"height": size, "url": f"https://i.scdn.co/image/{kind}{SIZES[size]}{mark}", "width": size}
        for size in sizes
    ]
