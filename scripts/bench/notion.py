"""How much is asked of Notion, at full size: `make bench-notion`.

Counted by the sandbox, so the figures are the same on every machine; only seconds are not.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from adapters.notion.settings import TOKEN, NotionSettings
from adapters.sandbox.notion import Sandbox
from engine.library import Library
from engine.notion.connection import connected
from engine.notion.publish import publish
from engine.notion.setting_up import SetUp
from engine.spotify import Turn
from scripts.bench.__main__ import row
from scripts.bench.measure import Bar, Measured
from state.events import Event, PlaylistMembershipFound, PlaylistSeen, TrackSeen
from state.values import PlaylistRef, Ref

WRITES = ("POST /pages", "PATCH /pages/{id}")
SCRIPTS = {
    "Title": "title", "Artist Name": "rich_text", "Album": "rich_text", "Spotify ID": "rich_text",
    "Spotify URL": "url", "Duration (ms)": "number", "Key ": "rich_text", "Tempo": "number",
    "Genre": "multi_select", "DL": "checkbox", "Release Date": "date", "ISRC": "rich_text",
}  # fmt: skip
"""Properties as the scripts made them that such databases are from."""

NEW = Bar("100 new tracks of one playlist, 60 artists, 40 albums: writes", 205, 202, "")
ASKED = Bar("the same: requests that only read", 5, 4, "")
FIRST = Bar("rows in step, nothing remembered: requests", 104, 103, "")
SECOND = Bar("the same again: requests", 5, 4, "")
NONE = Bar("both: writes", 0, None, "")
LONG = Bar("tracks that the longest playlist lost", 0, None, "")
MANY = Bar("playlists that a track on 130 of them lost", 0, None, "")
CLAIMED = Bar("pages without a Sync Key: doubles made of them", 0, None, "")


@dataclass
class Shelf:
    """A library and a workspace of its own."""

    home: Path
    notion: Sandbox

    @property
    def settings(self) -> NotionSettings:
        return NotionSettings(
            parent=self.notion.page, base_url=self.notion.url, per_minute=1_000_000
        )

    def open(self) -> Library:
        return Library(self.home, "bench")

    def tell(self, events: Iterable[Event]) -> None:
        library = self.open()
        library.append(list(events))
        library.close()

    def set_up(self, *, add: bool = False) -> None:
        library = self.open()
        client = connected(library, self.settings)
        SetUp(library, self.settings, client, add=add).run(self.notion.page)
        client.close()
        library.close()

    def publish(self) -> Turn:
        """A turn, with counters of its own."""
        self.notion.forget()
        library = self.open()
        with library.effects():
            turn = publish(library, self.settings)
            library.save()
        library.close()
        if turn.waits or turn.unreadable:
            raise RuntimeError(f"{turn.waits} {turn.unreadable}")
        return turn

    def requests(self, names: Sequence[str] = ()) -> int:
        counted = self.notion.requests
        return sum(counted[name] for name in names or counted)

    def linked(self, title: str, name: str) -> int:
        """How many pages a relation of a page holds."""
        page = self.notion.find_page(title)
        source = self.notion.workspace.source_of(page)
        prop = source.find(name) if source is not None else None
        return len(page.values.get(prop.id) or ()) if prop is not None else 0


def track(number: int, artists: int, albums: int) -> TrackSeen:
    """Some track of so many artists and albums."""
    return TrackSeen(
        ref(number),
        "spotify",
        f"Title {number}",
        (f"Artist {number % artists}",),
        album=f"Album {number % albums}",
        album_artists=(f"Artist {number % albums % artists}",),
        duration_ms=200_000 + 10_000 * number,
    )


def ref(number: int) -> Ref:
    return Ref(f"spotify:track:{number:022d}")


def playlist(number: int, tracks: Iterable[int]) -> Iterator[Event]:
    """A playlist and what is on it."""
    of = PlaylistRef(f"spotify:playlist:{number:022d}")
    yield PlaylistSeen(of, "spotify", f"List {number}")
    for one in tracks:
        yield PlaylistMembershipFound(of, ref(one), ref(one), f"a{one:08d}")


def few(shelf: Shelf) -> Iterator[Measured]:
    """A hundred new tracks."""
    shelf.set_up()
    shelf.publish()
    shelf.tell([*(track(n, 60, 40) for n in range(100)), *playlist(0, range(100))])
    shelf.publish()
    writes = shelf.requests(WRITES)
    yield Measured(NEW, writes, "counted by the sandbox")
    yield Measured(ASKED, shelf.requests() - writes, "one query of each database")


def many(shelf: Shelf, rows: int) -> Iterator[Measured]:
    """Many rows; what is remembered is lost, and all is read again."""
    shelf.set_up()
    shelf.tell(track(n, 60, 40) for n in range(rows))
    shelf.tell(playlist(0, range(1200)))
    for n in range(1200, rows, 500):
        shelf.tell(playlist(n, range(n, min(n + 500, rows))))
    began = time.monotonic()
    shelf.publish()
    made = f"{shelf.requests():,} requests made them in {time.monotonic() - began:.0f} s"
    (shelf.home / "state.db").unlink()
    began = time.monotonic()
    shelf.publish()
    wrote = shelf.requests(WRITES)
    detail = f"{rows:,} tracks in {time.monotonic() - began:.0f} s; {made}"
    yield Measured(FIRST, shelf.requests(), detail)
    began = time.monotonic()
    shelf.publish()
    yield Measured(SECOND, shelf.requests(), f"{time.monotonic() - began:.1f} s")
    yield Measured(NONE, wrote + shelf.requests(WRITES), "counted by the sandbox")
    yield Measured(LONG, 1200 - shelf.linked("List 0", "Tracks"), "1,200 tracks")


def crowded(shelf: Shelf) -> Iterator[Measured]:
    """A track on more playlists than a request may name."""
    shelf.set_up()
    shelf.tell(track(n, 60, 40) for n in range(100))
    shelf.tell(event for n in range(130) for event in playlist(n, [0, n % 99 + 1]))
    shelf.publish()
    asked = shelf.requests()
    lost = 130 - shelf.linked("Title 0", "Playlists")
    shelf.publish()
    yield Measured(MANY, lost, f"{asked} requests; then {shelf.requests(WRITES)} writes")


def claimed(shelf: Shelf, rows: int) -> Iterator[Measured]:
    """Pages that other programs made."""
    shelf.notion.add_database("Tracks", SCRIPTS)
    shelf.notion.seed(
        "Tracks",
        [
            {
                "Title": f"Title {n}",
                "Artist Name": f"Artist {n % 60}",
                "Duration (ms)": 200_400 + 10_000 * n,
                **({"Spotify ID": f"{n:022d}"} if n % 3 else {}),
            }
            for n in range(rows)
        ],
    )
    shelf.tell([*(track(n, 60, 40) for n in range(rows)), *playlist(0, range(rows))])
    shelf.set_up(add=True)
    shelf.publish()
    asked = shelf.requests()
    made = len(shelf.notion.find_source("Tracks").rows) - rows
    shelf.publish()
    detail = f"{rows:,} pages, {asked} requests; then {shelf.requests(WRITES)} writes"
    yield Measured(CLAIMED, made, detail)


def main() -> None:
    """Print the table as Markdown, a line as soon as it is counted."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000, help="tracks that are in step")
    parser.add_argument("--claimed", type=int, default=2_000, help="pages that were there before")
    said = parser.parse_args()
    print("| what | figure | must | stretch | | measured |\n|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory(prefix="cratelog-bench-") as name:
        works: tuple[Callable[[Shelf], Iterator[Measured]], ...] = (
            few,
            crowded,
            lambda shelf: claimed(shelf, said.claimed),
            lambda shelf: many(shelf, said.rows),
        )
        for work in works:
            with Sandbox() as notion:
                os.environ[TOKEN] = notion.token
                home = Path(tempfile.mkdtemp(dir=name))
                for measured in work(Shelf(home, notion)):
                    print(row(measured), flush=True)


if __name__ == "__main__":
    main()
