"""Things of the small Spotify library, by what they are."""

from __future__ import annotations

from adapters.sandbox.spotify import Sandbox


def uri(spotify: Sandbox, title: str) -> str:
    return next(track.uri for track in spotify.library.tracks() if track.name == title)


def an_episode(spotify: Sandbox) -> str:
    return next(item for item in spotify.library.items if item.startswith("spotify:episode:"))
