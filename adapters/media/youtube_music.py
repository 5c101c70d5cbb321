"""Rows of a search at YouTube Music: what stands beside the title. Pure."""

from __future__ import annotations

import re
from typing import Any

_LENGTH = re.compile(r"(?:(\d+):)?(\d{1,2}):(\d\d)")
_KINDS = {"MUSIC_PAGE_TYPE_ARTIST": "uploader", "MUSIC_PAGE_TYPE_USER_CHANNEL": "uploader",
          "MUSIC_PAGE_TYPE_ALBUM": "album"}  # fmt: skip


def columns(renderer: dict[str, Any]) -> dict[str, Any]:
    """`uploader` (all artists), `album`, `duration` (s) of a row; what is not there is left out."""
    told: dict[str, Any] = {}
    for run in _runs(renderer):
        text = str(run.get("text") or "")
        kind = _KINDS.get(_page(run), "")
        if kind == "uploader" and kind in told:
            told[kind] += f", {text}"
        elif kind:
            told[kind] = text
        elif found := _LENGTH.fullmatch(text.strip()):
            hours, minutes, seconds = (int(part or 0) for part in found.groups())
            told["duration"] = hours * 3600 + minutes * 60 + seconds
    return told


def _runs(renderer: dict[str, Any]) -> list[dict[str, Any]]:
    found = []
    for column in (renderer.get("flexColumns") or [])[1:]:
        inner = column.get("musicResponsiveListItemFlexColumnRenderer") or {}
        found += list((inner.get("text") or {}).get("runs") or [])
    return found


def _page(run: dict[str, Any]) -> str:
    """What kind of page a text leads to; empty: none."""
    place: Any = run
    for name in (
        "navigationEndpoint",
        "browseEndpoint",
        "browseEndpointContextSupportedConfigs",
        "browseEndpointContextMusicConfig",
        "pageType",
    ):
        place = place.get(name) if isinstance(place, dict) else None
    return place if isinstance(place, str) else ""
