"""What yt-dlp is told to do and to leave alone (`yt_dlp.YoutubeDL` says what each of it means)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

PATIENCE = 20.0
"""Seconds without a byte after which a connection is given up."""


class Silence:
    """Takes what yt-dlp says: what went wrong is told by our own errors."""

    def debug(self, line: str) -> None:
        """Say nothing."""

    info = warning = error = debug


def parameters(base: str, cache: Path | None, cookies: str) -> dict[str, Any]:
    """For one session.

    Args:
        base: the address of a stand-in for all sites; empty: none.
        cache: a folder for what is learned of the sites; None: nothing is kept.
        cookies: a browser's name; empty: none.
    """
    told: dict[str, Any] = {
        "logger": Silence(),
        "quiet": True,
        "noprogress": True,
        "color": "no_color",
        "cachedir": str(cache) if cache is not None else False,
        "socket_timeout": PATIENCE,
        "retries": 2,
        "fragment_retries": 2,
        "extractor_retries": 1,
        "file_access_retries": 0,
        "noplaylist": True,
        "extract_flat": "in_playlist",
        "format": "bestaudio/best",
        # What the site sent stays as it is: no ffmpeg runs here.
        "fixup": "never",
        "hls_prefer_native": True,
        "external_downloader": {"default": "native"},
        # Else a piece that does not come is left out, and the file passes for whole.
        "skip_unavailable_fragments": False,
        # A kill between two of its notes would put a piece in twice; whole pieces are kept.
        "keep_fragments": True,
        "updatetime": False,
        "overwrites": False,
        "continuedl": True,
        "enable_file_urls": False,
        # One request for each format: those that need no other program, the better ones first.
        "extractor_args": {
            "soundcloud": {"formats": ["http_aac", "hls_aac", "http_mp3", "hls_mp3"]}
        },
    }
    if cookies:
        told["cookiesfrombrowser"] = (cookies,)
    if base:
        skipped = ["webpage", "configs", "js"]
        told["proxy"] = ""
        told["socket_timeout"] = 3 * PATIENCE  # its music is made when it is asked for
        told["js_runtimes"] = {}
        told["nocheckcertificate"] = base.startswith("http://")  # then there are none
        told["extractor_args"] |= {
            "youtube": {"player_client": ["visionos"], "player_skip": skipped},
            "youtubetab": {"skip": ["webpage", "authcheck"]},
        }
    return told
