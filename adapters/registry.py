"""All sources, one line each: the name that events and the configuration know, and the class.

A class is imported when it is asked for: commands that need no source load none.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

SOURCES = {
    "csv": "adapters.csv_export:CsvSource",
    "files": "adapters.files:FileSource",
    "spotify": "adapters.spotify.source:SpotifySource",
    "soundcloud": "adapters.media.soundcloud:SoundcloudSource",
}


def source(name: str) -> type[Any]:
    """The class of a source; making one is its own affair, `adapters.contract.Source` the rest.

    Raises:
        KeyError: there is no such source.
    """
    module, _, kind = SOURCES[name].partition(":")
    found: type[Any] = getattr(import_module(module), kind)
    assert found.name == name, f"{SOURCES[name]} calls itself {found.name!r}"
    return found
