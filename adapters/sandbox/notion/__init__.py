"""A stand-in for Notion: `Sandbox` is the server, `Workspace` what is kept in it."""

from adapters.sandbox.notion.sandbox import Sandbox
from adapters.sandbox.notion.workspace import Workspace

__all__ = ["Sandbox", "Workspace"]
