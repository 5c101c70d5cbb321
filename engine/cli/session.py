"""What every command needs: the configuration and the open library."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from adapters.spotify.settings import SpotifySettings
from engine.config import Config, ConfigError, config_path, home, load
from engine.library import Library


class NoLibrary(Exception):
    """There is neither a configuration nor a log."""


def configuration() -> Config:
    """The configuration of the library in use.

    Raises:
        NoLibrary, ConfigError
    """
    path = config_path()
    try:
        return load(path)
    except FileNotFoundError:
        raise NoLibrary(f"there is no library yet ({path} is not there): sync init") from None


def spotify() -> SpotifySettings:
    """`[spotify]` of the configuration.

    Raises:
        NoLibrary, ConfigError: it is not there.
    """
    settings = configuration().spotify
    if settings is None:
        raise ConfigError(
            f"{config_path()}: has no section [spotify]; it wants a client_id, then sync login "
            f"spotify"
        )
    return settings


def recorded() -> Path:
    """The folder of a library that has a log.

    Raises:
        NoLibrary: nothing was ever recorded.
    """
    folder = home()
    if not (folder / "log.db").exists():
        raise NoLibrary(f"{folder}: nothing is recorded yet: sync init, then sync reconcile")
    return folder


@contextmanager
def library(
    command: str, *, read_only: bool = False, where: Path | None = None
) -> Iterator[Library]:
    """The library, open while the block runs.

    Raises:
        NoLibrary: read-only, and nothing was ever recorded.
    """
    folder = where or (recorded() if read_only else home())
    opened = Library(folder, f"sync {command}", read_only=read_only)
    try:
        yield opened
    finally:
        opened.close()
