"""An Eagle of one's own: the app's local API, and its libraries on disk."""

from __future__ import annotations

import base64
import re
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath, PureWindowsPath
from secrets import token_hex
from typing import Any, ClassVar, Self
from urllib.parse import urlsplit

from adapters.sandbox.eagle import files, made_up, v1, v2
from adapters.sandbox.eagle.edits import CALLS, Edits
from adapters.sandbox.eagle.library import Folder, Item, Library
from adapters.sandbox.eagle.problems import Problem
from adapters.sandbox.eagle.routes import Call, Endpoint, told
from adapters.sandbox.faults import Fault
from adapters.sandbox.messages import Request, Response
from adapters.sandbox.server import CONTROL, SLOW, Server

TOKEN = "5f0c3a56-9a41-4d7e-8a13-2b6f0d9c7e18"
"""Of Preferences › Developer, made up."""
ID = re.compile("[0-9A-Z]{13}")


@dataclass(frozen=True)
class Late(Response):
    """An answer that comes so many seconds after everything was done."""

    seconds: float = 0.0


class Sandbox(Edits, Server):
    """A stand-in for the Eagle app. Use it as a context manager, or `start` and `stop` it.

    Args:
        folder: where its libraries lie; one of its own by default, gone when it stops.
        clock: seconds since 1970; `adapters.sandbox.clock.Clock` stands still until it is moved.
        delay: seconds from when an item is taken until it is seen, in answers and on disk.
        lan: ask for the token, as for requests from another machine.
        trash_listed: whether lists of V2 show the trash, which is not documented; asked for by
            id, an item is shown in any case.
        error_status: of HTTP, for `{"status": "error"}`; not documented either.
        version: of the app; before 4 there is no V2.
        filled: with a few things; else the library is empty.
    """

    name = "eagle"
    kinds: ClassVar[tuple[str, ...]] = (
        "500 after",
        "503 after",
        "slow after",
        "not json",
        "error",
        "401",
        "404",
        "wrong library",
    )
    calls: ClassVar[tuple[str, ...]] = ("fault", "forget", *CALLS)

    def __init__(
        self,
        folder: Path | None = None,
        *,
        clock: Callable[[], float] = time.time,
        delay: float = 0.5,
        lan: bool = False,
        trash_listed: bool = False,
        error_status: int = 400,
        version: str = "4.0.0",
        filled: bool = True,
    ) -> None:
        super().__init__()
        self._own, self._on_disk = folder is None, folder is not None
        self.folder = folder or Path(tempfile.gettempdir(), f"cratelog-eagle-{token_hex(8)}")
        self.clock, self.delay, self.lan = clock, delay, lan
        self.trash_listed, self.error_status, self.version = trash_listed, error_status, version
        self.running = True
        self.libraries: list[Library] = []
        self.open = self.add_library("Music")
        self.add_library("Pictures")
        if filled:
            self.fill(made_up.small)

    def introduction(self) -> dict[str, str]:
        return {
            "url": self.url,
            "token": TOKEN,
            "library": str(self.open.path),
            "control_url": f"{self.root}/{CONTROL}",
        }

    @property
    def url(self) -> str:
        """What `http://localhost:41595/` is for a client."""
        return f"{self.root}/"

    def stop(self) -> None:
        super().stop()
        if self._own:
            self._on_disk = False
            shutil.rmtree(self.folder, ignore_errors=True)

    def start(self, port: int = 0) -> Self:
        if not self._on_disk:
            self.folder.mkdir(mode=0o700)
            self._on_disk = True
            for library in self.libraries:
                self._save(library, library.items.values())
        return super().start(port)

    # ---- libraries ---------------------------------------------------------------------------

    @property
    def now(self) -> int:
        """ms since 1970."""
        return int(self.clock() * 1000)

    def add_library(self, name: str) -> Library:
        made = Library(self.folder / f"{Path(name).name.removesuffix('.library')}.library")
        made.changed = self.now
        self.libraries.append(made)
        self._save(made)
        return made

    def _save(self, library: Library, changed: Iterable[Item] = ()) -> None:
        if self._on_disk:
            files.write(library, changed)

    def fill(self, fill: Callable[[Library], None], *, on_disk: bool = True) -> None:
        """Put things into the open library (`made_up`); on disk they cost ten times the time."""
        with self.lock:
            fill(self.open)
            self._save(self.open, self.open.items.values() if on_disk else ())

    def touch(self, *what: Item | Folder) -> None:
        with self.lock:
            # Two changes in one tick of the clock are still two.
            now = max(self.now, self.open.changed + 1)
            self.open.changed = now
            for one in what:
                one.changed = now
            here = [one for one in what if isinstance(one, Item)]
            for item in here:
                if item.id not in self.open.items:
                    shutil.rmtree(files.file(self.open, item).parent, ignore_errors=True)
            self._save(self.open, [item for item in here if item.id in self.open.items])

    def take(self, told: dict[str, Any]) -> Item:
        now, library = self.now, self.open
        wanted = told.get("id") or ""
        if wanted and not ID.fullmatch(wanted):
            raise Problem("id must be 13 of 0-9 and A-Z")
        # What it does with an id that is taken is not documented: the worst is a double.
        id = wanted if wanted and not library.knows(wanted) else library.an_id(now)
        item = _source(Item(id, ""), told)
        item.name = told.get("name") or item.name
        item.tags, item.folders = list(told.get("tags") or ()), list(told.get("folders") or ())
        item.url = told.get("website") or item.url
        item.annotation = told.get("annotation") or ""
        item.added, item.surfaces = now, self.clock() + self.delay
        library.importing[item.id] = item
        return item

    def settle(self, *, all: bool = False) -> None:
        """Let be seen what was imported by now, or all that waits."""
        for library in self.libraries:
            if not library.importing:
                continue
            if done := library.surface(float("inf") if all else self.clock()):
                library.changed = max(self.now, library.changed + 1)
                for item in done:
                    item.changed = library.changed
                    if item.origin and not Path(item.origin).is_file():
                        item.origin, item.size = "", 0  # taken away too early
                self._save(library, done)

    def make_folder(self, name: str, parent: str = "", description: str = "") -> Folder:
        made = Folder(self.open.an_id(self.now), name, parent, description)
        self.open.folders[made.id] = made
        self.touch(made)
        return made

    # ---- requests ----------------------------------------------------------------------------

    def handle(self, request: Request) -> tuple[Response, str]:
        if not self.running and request.segments[:1] != (CONTROL,):
            return Response(503), "drop"
        response, wire = super().handle(request)
        if isinstance(response, Late):
            self.stopped.wait(response.seconds)
        return response, wire

    def answer(self, request: Request) -> Response:
        self.settle()
        try:
            if self.lan and request.query.get("token") != TOKEN:
                raise Problem("Unauthorized: invalid API token", 401)
            data = self._endpoint(request)(Call(self, told(request)))
        except Problem as problem:
            return self._error(problem)
        self.settle()
        return Response.json({"status": "success"} | ({} if data is None else {"data": data}))

    def _endpoint(self, request: Request) -> Endpoint:
        path = "/".join(request.segments[1:]) if request.segments[:1] == ("api",) else ""
        routes = v1.ROUTES if int(self.version.split(".")[0]) < 4 else v1.ROUTES | v2.ROUTES
        found = routes.get(f"{request.method} {path}")
        if found is None:
            raise Problem(f"Not found: {request.method} {request.path}", 404)
        return found

    def _error(self, problem: Problem) -> Response:
        told = {"status": "error", "message": problem.message}
        return Response.json(told, problem.status or self.error_status)

    def faulty(self, fault: Fault, request: Request) -> Response | None:
        match fault.kind:
            case "500 after" | "503 after":
                self.answer(request)
                return self._error(Problem("Server error", int(fault.kind[:3])))
            case "slow after":
                answer = self.answer(request)
                seconds = fault.seconds or SLOW
                return Late(answer.status, answer.body, answer.headers, seconds)
            case "not json":
                return Response.text("<html>Eagle</html>", kind="text/html")
            case "error":
                return self._error(Problem("Something went wrong"))
            case "401":
                return self._error(Problem("Unauthorized: invalid API token", 401))
            case "404":
                return self._error(Problem(f"Not found: {request.method} {request.path}", 404))
            case "wrong library":
                # Between two requests a person opens another one.
                self.switch_library(next(one.name for one in self.libraries if one != self.open))
        return None


def _source(item: Item, told: dict[str, Any]) -> Item:
    """What is imported, with the name that it has by itself. Nothing is fetched from anywhere.

    Raises:
        Problem: there is no such file, or the text is not base64.
    """
    if path := told.get("path"):
        where = Path(path)
        try:
            there = where.is_file()
        except OSError:  # longer than a path may be
            there = False
        if not there:
            raise Problem(f"File not found: {path}")
        item.origin, item.size = str(where), where.stat().st_size
        item.name, item.ext = where.stem, where.suffix[1:].lower()
        return item
    if coded := told.get("base64"):
        try:
            item.content = base64.b64decode(str(coded).rpartition(",")[2], validate=True)
        except ValueError:
            raise Problem("base64 is invalid") from None
        item.name, item.ext = "image", "png"
    else:
        item.url = told.get("bookmarkURL") or told["url"]
        inside = PurePosixPath(urlsplit(item.url).path)
        item.content = item.url.encode()
        item.name = inside.stem or urlsplit(item.url).netloc
        item.ext = "url" if told.get("bookmarkURL") else inside.suffix[1:].lower() or "jpg"
    item.size = len(item.content)
    item.name = PureWindowsPath(item.name).name or item.ext
    return item
