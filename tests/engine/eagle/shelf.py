"""A library whose finished files go into the sandbox."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests

from adapters.eagle.items import track_url
from adapters.eagle.settings import EagleSettings
from adapters.eagle.sink import Eagle
from adapters.sandbox.clock import Clock
from adapters.sandbox.eagle import Sandbox
from adapters.sandbox.eagle.library import Item
from engine.eagle import turn
from engine.library import Library
from engine.spotify import Turn
from state.events import (
    Event,
    FileWritten,
    PlaylistMembershipFound,
    PlaylistMembershipLost,
    PlaylistSeen,
    PolicySet,
    RootCameOnline,
    TrackSeen,
)
from state.log import Recorded
from state.values import Placement, PlaylistRef, Ref, RootId
from tests.adapters.eagle.tracks import settings_of, sink

ROOT = RootId("target/playlists")
HOUSE, NIGHT = PlaylistRef("spotify:playlist:house"), PlaylistRef("spotify:playlist:night")
ADD, UPDATE, CREATE = (
    f"POST /api/v2/{name}" for name in ("item/add", "item/update", "folder/create")
)
WRITES = (ADD, UPDATE, CREATE, "POST /api/v2/folder/update")


def ref(name: str) -> Ref:
    return Ref(f"spotify:track:{name}")


@dataclass
class Shelf:
    """A library, a sandbox, and one clock for both. Its files are a few bytes, and known."""

    base: Path
    app: Sandbox
    clock: Clock
    more: dict[str, Any] = field(default_factory=dict)
    """Settings other than the usual."""

    @property
    def root(self) -> Path:
        return self.base / "Playlists"

    @property
    def settings(self) -> EagleSettings:
        return settings_of(self.app, **{"patience": 5.0, **self.more})

    def open(self) -> Library:
        return Library(self.base / "home", "test", now=lambda: int(self.clock() * 1000))

    def tell(self, *events: Event) -> None:
        library = self.open()
        library.append(events)
        library.close()

    def set_up(self, *names: str, **more: Any) -> None:
        """Tracks on the playlist House, each with its file."""
        self.root.mkdir(parents=True)
        self.tell(
            PolicySet("eagle.files", "playlists"),
            PolicySet("targets.playlists.path", "{playlist}/{title}"),
            RootCameOnline(ROOT, str(self.root), 1, "id"),
            PlaylistSeen(HOUSE, "spotify", "House"),
        )
        for name in names:
            self.place(name, **more)

    def place(self, name: str, playlist: PlaylistRef = HOUSE, **more: Any) -> Path:
        """A track that is on a playlist and has a file there."""
        path, events = self.placing(name, playlist, **more)
        self.tell(*events)
        return path

    def placing(
        self, name: str, playlist: PlaylistRef = HOUSE, **more: Any
    ) -> tuple[Path, list[Event]]:
        """The file, and the events that say so."""
        path = f"House/{name}.m4a"
        told = {"title": name, "artists": ("Artist",), "album": "Album", "released": "2020-01-01"}
        content = f"sound of {name}".encode()
        (self.root / path).parent.mkdir(exist_ok=True)
        (self.root / path).write_bytes(content)
        events: list[Event] = [
            TrackSeen(ref(name), "spotify", **{**told, **more}),
            PlaylistMembershipFound(playlist, ref(name), ref(name), f"a{name}"),
            FileWritten(
                ROOT, path, "copied", "a test", len(content), f"audio of {name}",
                placement=Placement("playlists", playlist, ref(name)),
            ),
        ]  # fmt: skip
        return self.root / path, events

    def join(self, name: str, playlist: PlaylistRef, called: str) -> None:
        """Put a track on another playlist too."""
        self.tell(*self.joining(name, playlist, called))

    def leave(self, name: str, playlist: PlaylistRef) -> None:
        self.tell(PlaylistMembershipLost(playlist, ref(name)))

    # -- running ---------------------------------------------------------------------------------

    def eagle(self, session: requests.Session | None = None, timeout: float = 5.0) -> Eagle:
        return sink(self.app, self.clock, session, timeout, **{"patience": 5.0, **self.more})

    def turn(self, eagle: Eagle | None = None, library: Library | None = None) -> Turn:
        """A turn, in a process of its own, or in one that has the library open."""
        if library is not None:
            return turn.run(library, self.settings, eagle=eagle or self.eagle())
        library = self.open()
        try:
            with library.effects():
                told = turn.run(library, self.settings, eagle=eagle or self.eagle())
                library.save()
                return told
        finally:
            library.close()

    def is_quiet(self) -> bool:
        library = self.open()
        try:
            return turn.is_quiet(library, self.settings)
        finally:
            library.close()

    def idle(self) -> int:
        """Requests of a turn that has nothing to do: it neither writes nor learns anything."""
        before = len(self.events())
        self.app.forget()
        told = self.turn()
        assert not told.waits and not told.unreadable, told
        assert not self.writes(), self.app.requests
        assert len(self.events()) == before, self.events()[before:]
        return sum(self.app.requests.values())

    def writes(self) -> int:
        return sum(self.app.requests[name] for name in WRITES)

    # -- looking ---------------------------------------------------------------------------------

    def events(self) -> list[Recorded]:
        library = self.open()
        try:
            return list(library.log.read())
        finally:
            library.close()

    def kinds(self, start: int = 0) -> list[str]:
        """The kinds of events of Eagle."""
        told = [recorded.event.kind for recorded in self.events()[start:]]
        return [kind for kind in told if kind.startswith("Eagle")]

    def items(self, name: str) -> list[Item]:
        """The items of a track in the open library, seen or not, in the trash or not."""
        there = [*self.app.open.items.values(), *self.app.open.importing.values()]
        return [item for item in there if item.url == track_url(ref(name))]

    def joining(self, name: str, playlist: PlaylistRef, called: str) -> list[Event]:
        """It is on another playlist too."""
        return [
            PlaylistSeen(playlist, "spotify", called),
            PlaylistMembershipFound(playlist, ref(name), ref(name), f"a{name}"),
        ]

    def item(self, name: str) -> Item:
        (item,) = self.items(name)
        return item

    def folders(self, item: Item) -> list[str]:
        """Names of the folders that an item is in."""
        return sorted(self.app.open.folders[id].name for id in item.folders)

    def named(self, names: Iterable[str]) -> list[str]:
        """Names of all items with the names of these tracks."""
        there = [*self.app.open.items.values(), *self.app.open.importing.values()]
        return sorted(item.name for item in there if any(name in item.name for name in names))
