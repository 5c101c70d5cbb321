"""A stand-in for Spotify: `Sandbox` is the server, `library` the music in it."""

from adapters.sandbox.spotify.library import Library
from adapters.sandbox.spotify.sandbox import Sandbox

__all__ = ["Library", "Sandbox"]
