"""A library whose catalogue is in the sandbox."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from adapters.notion.client import Client
from adapters.notion.fields import KINDS, TITLES
from adapters.notion.settings import TOKEN, NotionSettings
from adapters.sandbox.clock import Clock
from adapters.sandbox.notion import Sandbox
from engine.library import Library
from engine.notion.connection import connected
from engine.notion.publish import publish
from engine.notion.setting_up import Database, SetUp
from engine.spotify import Turn
from state.events import Event, PlaylistMembershipFound, PlaylistSeen, TrackSeen
from state.values import PlaylistRef, Ref

HOUSE = PlaylistRef("spotify:playlist:house")


def track(number: int, **more: Any) -> TrackSeen:
    """Some track, with an id like Spotify's."""
    told: dict[str, Any] = {
        "title": f"Title {number}",
        "artists": (f"Artist {number % 60}",),
        "album": f"Album {number % 40}",
        "album_artists": (f"Artist {number % 40}",),
        "duration_ms": 200_000 + 10_000 * number,
    }
    return TrackSeen(ref(number), "spotify", **{**told, **more})


def ref(number: int) -> Ref:
    return Ref(f"spotify:track:{number:022d}")


def playlist(numbers: Iterable[int], name: str = "House", of: PlaylistRef = HOUSE) -> list[Event]:
    """A playlist and what is on it."""
    events: list[Event] = [PlaylistSeen(of, "spotify", name)]
    events += [PlaylistMembershipFound(of, ref(n), ref(n), f"a{n:08d}") for n in numbers]
    return events


@dataclass
class Shelf:
    """A library, a sandbox, and one clock for both."""

    home: Path
    notion: Sandbox
    clock: Clock
    settings: NotionSettings

    def open(self) -> Library:
        return Library(self.home, "test", now=lambda: int(self.clock() * 1000))

    def tell(self, *events: Event) -> None:
        library = self.open()
        library.append(events)
        library.close()

    def set_up(self, *, add: bool = False) -> list[Database]:
        library = self.open()
        try:
            client = connected(library, self.settings)
            try:
                return SetUp(library, self.settings, client, add=add).run(self.settings.parent)
            finally:
                client.close()
        finally:
            library.close()

    def publish(self) -> Turn:
        """A turn, in a process of its own."""
        library = self.open()
        try:
            with library.effects():
                return publish(library, self.settings)
        finally:
            library.close()

    def idle(self) -> int:
        """Requests of a turn that has nothing to do; it must not write."""
        self.notion.forget()
        turn = self.publish()
        assert not turn.waits and not turn.unreadable, turn
        assert not self.writes(), self.notion.requests
        return sum(self.notion.requests.values())

    def writes(self) -> int:
        names = ("POST /pages", "PATCH /pages/{id}", "POST /databases", "PATCH /data_sources/{id}")
        return sum(self.notion.requests[name] for name in names)

    def rows(self, kind: str = "tracks") -> list[dict[str, Any]]:
        """All pages of a database, by the names of their properties, as a person sees them."""
        source = self.notion.find_source(TITLES[kind])  # type: ignore[index]
        names = {prop.id: prop.name for prop in source.properties.values()}
        return [
            {names[an_id]: value for an_id, value in page.values.items()} | {"page": page.id}
            for page in source.rows.values()
            if not page.in_trash
        ]

    def keys(self) -> list[str]:
        """All Sync Keys of all databases, each as often as it is there."""
        found = (row.get("Sync Key") for kind in KINDS for row in self.rows(kind))
        return sorted(plain(value) for value in found if value)

    def related(self, kind: str, name: str) -> dict[str, set[str]]:
        """Title → titles of the pages that a relation holds."""
        titles = {
            row["page"]: plain(row.get("Title") or row.get("Name"))
            for each in KINDS
            for row in self.rows(each)
        }
        return {
            titles[row["page"]]: {titles[page] for page in row.get(name) or ()}
            for row in self.rows(kind)
        }


def plain(value: Any) -> str:
    """A text as a person reads it."""
    return "".join(part["plain_text"] for part in value or ())


def shelf(tmp_path: Path, notion: Sandbox, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Shelf:
    """Connected; nobody sleeps."""
    monkeypatch.setattr("time.sleep", clock.advance)
    monkeypatch.setenv(TOKEN, notion.token)
    settings = NotionSettings(parent=notion.page, base_url=notion.url, timeout=2.0)
    return Shelf(tmp_path / "home", notion, clock, settings)


def titles(rows: Sequence[dict[str, Any]]) -> list[str]:
    return sorted(plain(row.get("Title") or row.get("Name")) for row in rows)


class Killed(BaseException):
    """Nothing of ours catches it."""


def killer(
    monkeypatch: pytest.MonkeyPatch, name: str, nth: int, *, answered: bool
) -> Callable[[], bool]:
    """Kill at the nth call, before or after Notion did it; whether it happened."""
    real: Any = getattr(Client, name)
    calls = [0]

    def call(self: Client, *args: Any, **words: Any) -> Any:
        calls[0] += 1
        if calls[0] == nth and not answered:
            raise Killed
        told = real(self, *args, **words)
        if calls[0] == nth:
            raise Killed
        return told

    monkeypatch.setattr(Client, name, call)
    return lambda: calls[0] >= nth
