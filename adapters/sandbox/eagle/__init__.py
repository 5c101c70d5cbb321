"""A stand-in for the Eagle app: `Sandbox` is the app, `library` what lies in its libraries."""

from adapters.sandbox.eagle.library import Library
from adapters.sandbox.eagle.sandbox import Sandbox

__all__ = ["Library", "Sandbox"]
