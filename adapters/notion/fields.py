"""What a page says: the fields of the catalogue, and the properties that may hold them.

The names are those of the scripts that many such databases were made by; the first is given to a
property that is made. Types are in the order of preference.
"""

from __future__ import annotations

from typing import Literal, get_args

import msgspec

Kind = Literal["playlists", "artists", "albums", "tracks", "tasks"]
KINDS: tuple[Kind, ...] = get_args(Kind)[:4]
"""The catalogue, in the order in which it is written: relations point backwards. Tasks stand
beside it, where they are wanted."""

TITLES: dict[Kind, str] = {
    "playlists": "Playlists",
    "artists": "Artists",
    "albums": "Albums",
    "tracks": "Tracks",
    "tasks": "Tasks",
}
TEXT = ("rich_text", "select")
CHOICE = ("select", "rich_text")
NUMBER = ("number", "rich_text")
URL = ("url", "rich_text")


class Field(msgspec.Struct, frozen=True):
    """One field: where it may be kept, and whose it is."""

    names: tuple[str, ...]
    types: tuple[str, ...] = TEXT
    to: Kind | None = None
    """Of a relation: whose pages."""
    ours: bool = False
    """Nobody else can know it: written again whatever a person makes of it."""
    made: bool = True
    """Whether a database without it lacks something."""
    options: tuple[str, ...] = ()
    """Of a select that is made: what may be chosen."""


SYNC_KEY = Field(("Sync Key",), ("rich_text",), ours=True)
STATE = Field(("Sync State",), ("select", "rich_text"), ours=True)

ANSWERS = (
    "1", "2", "3", "4", "5", "reject", "none", "retry", "leave", "follow", "restore", "one", "two",
    "done",
)  # fmt: skip
"""What may be chosen as the answer of a task; people may type others."""

FIELDS: dict[Kind, dict[str, Field]] = {
    "playlists": {
        "title": Field(("Title", "Name"), ("title",)),
        "sync_key": SYNC_KEY,
        "spotify_id": Field(("Spotify ID",)),
        "spotify_url": Field(("Spotify URL",), URL),
        "track_count": Field(("Track Count",), NUMBER, ours=True),
        "state": STATE,
    },
    "artists": {
        "title": Field(("Name", "Title"), ("title",)),
        "sync_key": SYNC_KEY,
        "state": STATE,
    },
    "albums": {
        "title": Field(("Name", "Title", "Album Name"), ("title",)),
        "sync_key": SYNC_KEY,
        "artists": Field(("Artist", "Artists"), ("relation",), to="artists"),
        "released": Field(("Release Date",), ("date", "rich_text")),
        "state": STATE,
    },
    "tracks": {
        "title": Field(("Title", "Name"), ("title",)),
        "sync_key": SYNC_KEY,
        "artist_name": Field(("Artist Name", "Artist Names")),
        "artists": Field(("Artist", "Artists"), ("relation",), to="artists"),
        "album": Field(("Album", "Albums", "Album Relation"), ("relation",), to="albums"),
        "album_name": Field(("Album", "Album Name"), made=False),
        "playlists": Field(
            (
                "Playlists",
                "Playlist",
                "Playlist Title",
                "Playlist Name",
                "Playlist Names",
                "Playlist Relation",
                "Related Playlists",
            ),
            ("relation",),
            to="playlists",
        ),
        "spotify_id": Field(("Spotify ID",)),
        "spotify_url": Field(("Spotify URL",), URL),
        "soundcloud_url": Field(("SoundCloud URL",), URL),
        "youtube_url": Field(("YouTube URL",), URL),
        "duration_ms": Field(("Duration (ms)",), NUMBER),
        "isrc": Field(("ISRC",)),
        "released": Field(("Release Date",), ("date", "rich_text")),
        "explicit": Field(("Explicit",), ("checkbox",)),
        "genres": Field(("Genre", "Genres"), ("multi_select", "rich_text", "select")),
        "bpm": Field(("BPM", "AverageBpm", "Tempo"), NUMBER),
        "musical_key": Field(("Key", "Key "), ("select", "rich_text")),
        "rating": Field(("Rating", "Stars"), ("number", "select", "rich_text")),
        "wanted": Field(("Download", "Wanted"), ("checkbox",)),
        "downloaded": Field(("Downloaded", "DL"), ("checkbox",), made=False),
        "m4a_path": Field(("M4A File Path",), ("rich_text",), made=False),
        "aiff_path": Field(("AIFF File Path",), ("rich_text",), made=False),
        "wav_path": Field(("WAV File Path",), ("rich_text",), made=False),
        "paths": Field(("File Paths",), ("rich_text",), ours=True),
        "state": STATE,
        "waits": Field(("Waits For",), ("rich_text",), ours=True),
    },
    "tasks": {
        "title": Field(("Name", "Title", "Task"), ("title",)),
        "sync_key": SYNC_KEY,
        "status": Field(("Status",), ("select", "status"), ours=True, options=("Open", "Done")),
        "answer": Field(("Answer",), CHOICE, ours=True, options=ANSWERS),
        "source_agent": Field(("Source Agent",), CHOICE, options=("cratelog",)),
        "kind": Field(("Kind", "Type"), CHOICE),
        "question": Field(("Question",), ("rich_text",)),
        "because": Field(("Because",), ("rich_text",)),
        "candidates": Field(("Candidates",), ("rich_text",)),
        "related": Field(("Related",), ("rich_text",)),
        "since": Field(("Since",), ("date", "rich_text")),
    },
}
