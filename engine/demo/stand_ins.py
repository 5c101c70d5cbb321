"""The services of the demo: stand-ins that run in this process, and what one asks them."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import Self

from adapters.sandbox.eagle import Sandbox as Eagle
from adapters.sandbox.media import Sandbox as Media
from adapters.sandbox.notion import Sandbox as Notion
from adapters.sandbox.notion.model import Page
from adapters.sandbox.server import Server
from adapters.sandbox.spotify import Sandbox as Spotify
from engine.demo import made_up


class StandIns:
    """Spotify, SoundCloud, Notion and Eagle; a context manager, in which they run.

    Args:
        eagle: where Eagle's libraries lie.
    """

    def __init__(self, eagle: Path) -> None:
        self.spotify = Spotify(made_up.account())
        self.media = Media(made_up.uploads())
        self.notion = Notion()
        self.eagle = Eagle(eagle, filled=False)
        self._running = ExitStack()

    @property
    def all(self) -> tuple[Server, ...]:
        return self.spotify, self.media, self.notion, self.eagle

    def __enter__(self) -> Self:
        with ExitStack() as started:
            for server in self.all:
                started.enter_context(server)
            self._running = started.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._running.close()

    def forget(self) -> None:
        """Count requests from here on."""
        for server in self.all:
            server.forget()

    def items(self, title: str = "") -> int:
        """How many items in Eagle have this in their name."""
        self.eagle.settle(all=True)
        items = self.eagle.open.items.values()
        return sum(title in item.name for item in items if not item.deleted)

    def pages(self, database: str) -> list[Page]:
        """Its rows in Notion."""
        source = self.notion.find_source(database)
        pages = self.notion.workspace.pages.values()
        return [page for page in pages if page.parent.id == source.id and not page.in_trash]

    def playlists(self, title: str) -> list[str]:
        """What the page of a track is related to, by name."""
        (page,) = [page for page in self.pages("Tracks") if page.title == title]
        prop = self.notion.find_source("Tracks").find("Playlists")
        related = page.values[prop.id] if prop is not None else ()
        return sorted(self.notion.workspace.pages[an_id].title for an_id in related)

    def consume(self, folder: Path) -> int:
        """Take all audio out of a folder, as Apple Music does with its own; how many files."""
        files = [path for path in folder.iterdir() if path.suffix in (".wav", ".m4a", ".mp3")]
        for path in files:
            path.unlink()
        return len(files)
