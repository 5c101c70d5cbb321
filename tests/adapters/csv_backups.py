"""Backups to try the adapter on, and what it makes of them."""

from __future__ import annotations

import os
from pathlib import Path

from adapters.contract import PlaylistListed, Sighting, Unreadable
from adapters.csv_export import CsvSource

NET = (
    "Track URI,Track Name,Album Name,Artist Name(s),Release Date,Duration (ms),Popularity,"
    "Explicit,Added By,Added At,Genres,Record Label,Danceability,Energy,Key,Loudness,Mode,"
    "Speechiness,Acousticness,Instrumentalness,Liveness,Valence,Tempo,Time Signature\n"
)


def row(track: str, title: str = "Title", *, label: str = "Label", bpm: str = "120") -> str:
    return (
        f'spotify:track:{track},"{title}","Album","Ada;Bo, Jr.",2019-03-01,213573,55,true,ada,'
        f'2023-05-01T10:11:12Z,"house","{label}",0.7,0.8,9,-6,0,0.1,0.1,0.1,0.1,0.1,{bpm},4\n'
    )


def put(path: Path, text: str | bytes, at: int = 1_700_000_000) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    os.utime(path, (at, at))
    return path


def look(*paths: Path) -> list[Sighting]:
    return list(CsvSource(paths).observe())


def listings(seen: list[Sighting]) -> dict[str, PlaylistListed]:
    return {s.playlist.ref: s for s in seen if isinstance(s, PlaylistListed)}


def told(seen: list[Sighting]) -> list[str]:
    lines = [f"{s.where}: {s.why}" for s in seen if isinstance(s, Unreadable)]
    assert all("\n" not in line and line.isprintable() for line in lines)
    return lines


def members(seen: list[Sighting], ref: str) -> list[str]:
    return [r.track.removeprefix("spotify:track:") for r in listings(seen)[ref].rows]
