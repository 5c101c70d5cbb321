"""A stand-in for the media sites: `Sandbox` is the server, `Catalogue` what can be had there."""

from adapters.sandbox.media.catalogue import Catalogue
from adapters.sandbox.media.sandbox import Sandbox

__all__ = ["Catalogue", "Sandbox"]
