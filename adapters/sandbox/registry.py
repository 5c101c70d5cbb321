"""All sandboxes, one line each: the name that `sync sandbox` knows, and the class.

A class is made without arguments and is an `adapters.sandbox.server.Server`.
"""

from __future__ import annotations

from importlib import import_module

from adapters.sandbox.server import Server

SANDBOXES = {
    "spotify": "adapters.sandbox.spotify:Sandbox",
    "notion": "adapters.sandbox.notion:Sandbox",
    "eagle": "adapters.sandbox.eagle:Sandbox",
    "media": "adapters.sandbox.media:Sandbox",
}


def sandbox(name: str) -> Server:
    """A new sandbox, not yet started.

    Raises:
        KeyError: there is no such service.
    """
    module, _, kind = SANDBOXES[name].partition(":")
    made = getattr(import_module(module), kind)()
    assert isinstance(made, Server) and made.name == name, f"{SANDBOXES[name]} is not {name!r}"
    return made
