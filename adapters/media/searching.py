"""Look for uploads by words."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

from adapters.media.problems import Unfetchable
from adapters.media.settings import FetchSettings, Site

MOST = 50


class Found(NamedTuple):
    """An upload, as far as the search tells. What it does not tell is empty or 0."""

    url: str
    """Of its page."""
    title: str
    uploader: str
    duration_s: float
    """Of the whole, even where only a preview is to be had."""
    view_count: int
    source: Site
    isrc: str
    """Upper case, without hyphens; SoundCloud alone tells it, and not always."""
    id: str
    """`soundcloud:<number>`, `youtube:<id>`: what `fetch` calls `source_ref`."""
    whole: bool = True
    """False: only a preview is to be had, or nothing in this country."""


def search(
    words: str,
    source: Site,
    most: int = 10,
    *,
    settings: FetchSettings | None = None,
    cache: Path | None = None,
) -> list[Found]:
    """Uploads that a site offers for some words, in its own order.

    One or two requests, and two more for the first search at SoundCloud without a cache.

    Args:
        words: as a person would type them.
        most: so many at most, up to 50.
        cache: a folder where it is kept what was learned of the sites; None: nowhere.

    Raises:
        AdapterError: those of `problems.py`.
    """
    words = " ".join("".join(sign if sign.isprintable() else " " for sign in words).split())
    if not words:
        return []
    settings, most = settings or FetchSettings(), max(1, min(most, MOST))
    from adapters.media.ytdlp import Session

    cookies = settings.cookies_from_browser
    with Session(settings.base_url, cache, cookies, playlist_items=f":{most}") as session:
        try:
            info = session.ask(_query(words, source, most), f"{source}: {words!r}")
        except Unfetchable as error:
            if error.kind == "gone":  # a search page is never gone: nothing was found
                return []
            raise
    entries = [entry for entry in info.get("entries") or [] if isinstance(entry, dict)]
    found = (read(entry, source) for entry in entries)
    return [one for one in found if one is not None][:most]


def _query(words: str, source: Site, most: int) -> str:
    match source:
        case "soundcloud":
            return f"scsearch{most}:{words}"
        case "youtube":
            return f"ytsearch{most}:{words}"
        case "youtube-music":
            return f"https://music.youtube.com/search?q={quote(words)}#songs"


def read(entry: dict[str, Any], source: Site) -> Found | None:
    """An entry of yt-dlp's answer; None: it is no track (but a channel, a live one). Pure."""
    id, title = str(entry.get("id") or ""), str(entry.get("title") or "")
    if not id or not title or entry.get("live_status") in ("is_live", "is_upcoming"):
        return None
    if source == "soundcloud":
        ref, url = f"soundcloud:{id}", str(entry.get("webpage_url") or "")
        url = url or f"https://api.soundcloud.com/tracks/{id}"
    else:
        if entry.get("ie_key") != "Youtube":
            return None
        ref, url = f"youtube:{id}", f"https://www.youtube.com/watch?v={id}"
    full = float(entry.get("full_duration") or 0) / 1000
    return Found(
        url.partition("?")[0] if source == "soundcloud" else url,
        title,
        str(entry.get("uploader") or entry.get("channel") or ""),
        full or float(entry.get("duration") or 0),
        int(entry.get("view_count") or 0),
        source,
        "".join(str(entry.get("isrc") or "").replace("-", "").split()).upper(),
        ref,
        entry.get("policy") not in ("SNIP", "BLOCK"),
    )
