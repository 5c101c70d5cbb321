"""Can files go into Eagle: is the app there, has it the right library open, and our folder?"""

from __future__ import annotations

from collections.abc import Iterator

from adapters.contract import AdapterError, Fatal, NotAuthorised
from adapters.eagle.client import Client
from adapters.eagle.items import PLAYLIST, PLAYLISTS
from adapters.eagle.merging import folder_of
from adapters.eagle.settings import EagleSettings
from engine.amounts import many
from engine.config import Config
from engine.doctor.check import Check, ok, problem, warning

APP, LIBRARY, FOLDER = "eagle app", "eagle library", "eagle folder"


def checks(config: Config) -> Iterator[Check]:
    """The app, the library that it has open, and the folder of the playlists."""
    settings = config.eagle
    if settings is None:
        return
    if not settings.library:
        text = "[eagle] library names no library"
        yield problem(LIBRARY, text, "set it to the path of yours: …/Music.library")
        return
    client = Client(settings)
    try:
        yield from _asked(client, settings)
    finally:
        client.close()
    if settings.path is not None and client.local and not settings.path.is_dir():
        yield problem(LIBRARY, f"{settings.path}: is not there", "mount it, or correct the path")


def _asked(client: Client, settings: EagleSettings) -> Iterator[Check]:
    try:
        version = client.version()
        yield ok(APP, f"Eagle {version} answers at {settings.base_url}")
        found = client.right_library()
    except NotAuthorised as error:
        yield problem(APP, str(error), "set it where cratelog is run")
        return
    except Fatal as error:
        yield warning(LIBRARY, str(error), "what is to be imported waits until then")
        return
    except AdapterError as error:
        yield warning(APP, str(error), "what is to be imported waits until then")
        return
    yield ok(LIBRARY, f"{found.path} is open")
    yield _folder(client, settings)


def _folder(client: Client, settings: EagleSettings) -> Check:
    try:
        folders = client.folders()
    except AdapterError as error:
        return warning(FOLDER, str(error), "look again")
    ours = sum(one.description.startswith(f"{PLAYLIST}") for one in folders)
    lists = f"{many(ours, 'playlist')} with a folder"
    if not settings.folder:
        return ok(FOLDER, f"{lists} at the top")
    there = folder_of(folders, PLAYLISTS, settings.folder, "")
    if there is None:
        return ok(FOLDER, f"{settings.folder!r} is made with the first import")
    return ok(FOLDER, f"{there.name!r} is there; {lists}")
