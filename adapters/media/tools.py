"""What fetching runs on, and what of it is missing on this machine."""

from __future__ import annotations

import shutil
import sysconfig
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple


class Tool(NamedTuple):
    """A program or a library."""

    name: str
    version: str
    """Empty: it is not there."""
    missing_for: str = ""
    """What does not go without it, and what to do; empty: it is there, or nobody needs it."""


def tools() -> list[Tool]:
    """All of them. Nothing is started or imported."""
    return [
        Tool("yt-dlp", _version("yt-dlp"), _unless("yt-dlp", "fetching: install cratelog again")),
        Tool("yt-dlp-ejs", _version("yt-dlp-ejs"), _unless("yt-dlp-ejs", _YOUTUBE)),
        _runtime(),
        Tool("curl-cffi", _version("curl-cffi"), _unless("curl-cffi", _SOUNDCLOUD)),
    ]


_YOUTUBE = "some formats of YouTube: pip install 'cratelog[youtube]'"
_SOUNDCLOUD = "likes and uploads of SoundCloud, where it refuses: pip install 'cratelog[youtube]'"


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def _unless(name: str, missing: str) -> str:
    return "" if _version(name) else missing


def _runtime() -> Tool:
    """The JavaScript runtime that yt-dlp finds: beside this Python, or on the path."""
    beside = sysconfig.get_path("scripts")
    if path := shutil.which("deno", path=beside) or shutil.which("deno"):
        known = _version("deno") if Path(path).parent == Path(beside) else ""
        return Tool("deno", known or path)
    if find_spec("deno") is not None:
        return Tool("deno", _version("deno"))
    return Tool("deno", "", _YOUTUBE)
