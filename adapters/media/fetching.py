"""Fetch the audio behind an address, as the site has it; go on where a run was cut off."""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from adapters.media import resume
from adapters.media.problems import Interrupted, Unfetchable, preview
from adapters.media.resume import Begun, Done, Folder, Foreign
from adapters.media.settings import FetchSettings
from adapters.media.urls import Address

if TYPE_CHECKING:
    from adapters.media.ytdlp import Session

CACHE = ".sites"
"""Below the folder of all downloads: what yt-dlp has learned of the sites."""
OFTEN = 0.2
"""Seconds between two words about progress."""
SNIPPET = (25.0, 31.0)
"""Seconds that a preview lasts."""
SHORTER = 0.7
"""What is shorter than this part of what was listed is a preview, if it lasts as long as one."""


class Progress(NamedTuple):
    """How far a download is."""

    bytes: int
    total: int
    """Bytes, estimated for streams in pieces; 0: not known."""
    speed: float
    """Bytes a second; 0: not known yet."""
    eta: float
    """Seconds; 0: not known yet."""


class Fetched(NamedTuple):
    """A file that is whole, in a work folder: it may be moved away."""

    path: Path
    source_ref: str
    """As the site names the track, `soundcloud:<number>`, `youtube:<id>`, `url:<url>`."""
    url: str
    title: str
    uploader: str
    duration_s: float
    """As the site says; 0: it does not."""
    format_id: str
    ext: str
    bytes: int


def fetch(
    address: Address,
    folder: Path,
    *,
    settings: FetchSettings | None = None,
    wanted_s: float = 0.0,
    progress: Callable[[Progress], None] | None = None,
) -> Fetched:
    """Fetch the best audio that there is, without converting it.

    What was fetched before and is still whole is given without a request. The folder must not be
    used for the same address by two threads or programs at once.

    Args:
        folder: of all downloads; each format of each track has one of its own below.
        wanted_s: how long the track is by its listing; 0: not known.
        progress: called at most five times a second, and at the end.

    Raises:
        AdapterError: those of `problems.py`; parts stay and are gone on with next time.
    """
    own = folder / _name(address.ref)
    if (before := _finished(own)) is not None:
        return before
    settings = settings or FetchSettings()
    from adapters.media.ytdlp import Session, errors

    cookies = settings.cookies_from_browser
    with errors(address.ref):
        own.mkdir(parents=True, exist_ok=True)
        everywhere = address.ref.startswith("url:")
        with Session(settings.base_url, folder / CACHE, cookies, everywhere=everywhere) as session:
            if progress is not None:
                session.add_progress_hook(_told(progress))
            try:
                return _fetch(session, address, own, wanted_s)
            except Foreign:
                return _anew(session, address, own, wanted_s)


def _anew(session: Session, address: Address, own: Path, wanted_s: float) -> Fetched:
    """The folder is empty now: what the site has by now begins from the start."""
    try:
        return _fetch(session, address, own, wanted_s)
    except Foreign:
        why = f"{address.ref}: the site has another file at every request"
        raise Interrupted(why, "network") from None


def _fetch(session: Session, address: Address, own: Path, wanted_s: float) -> Fetched:
    info = session.ask(address.url, address.ref)
    _check(info, address.ref, wanted_s)
    format_id, ext = str(info["format_id"]), str(info["ext"])
    part = Folder(own / _safe(format_id))
    manifest = ""
    if str(info.get("protocol")).startswith("m3u8"):
        manifest, info["url"] = session.text(info["url"], info.get("http_headers"))
        info["hls_media_playlist_data"] = manifest
    pieces = resume.pieces(manifest) if manifest else ""
    part.open(Begun(address.ref, format_id, ext, pieces=pieces))
    file = part.path / f"{resume.STEM}.{ext}"
    session.folder = part
    try:
        session.download(info, file)
    except Foreign:
        part.clear()
        raise
    finally:
        session.folder = None
    if not file.is_file() or part.begun is None:
        raise Interrupted(f"{address.ref}: nothing was fetched", "unknown")
    size = file.stat().st_size
    if part.begun.size not in (0, size):
        part.clear()
        why = f"{address.ref}: {size} bytes came instead of {part.begun.size}; it begins anew"
        raise Interrupted(why, "network")
    resume.sync(file)
    done = Done(
        ref=address.ref,
        source_ref=source_ref(info, address.ref),
        url=_public(info, address),
        title=str(info.get("title") or ""),
        uploader=str(info.get("uploader") or info.get("channel") or ""),
        duration_s=float(info.get("duration") or 0),
        format_id=format_id,
        ext=ext,
        bytes=size,
        sha256=resume.digest(file),
    )
    part.finish(done)
    return _fetched(part.path, done)


def _check(info: dict[str, Any], what: str, wanted_s: float) -> None:
    """Raises Unfetchable: it is not the whole of one track."""
    if info.get("_type", "video") != "video":
        raise Unfetchable(f"{what} is a list, not one track", "not-a-video")
    if info.get("is_live") or info.get("live_status") == "is_upcoming":
        raise Unfetchable(f"{what} is a live stream", "not-a-video")
    if not info.get("url") or not info.get("format_id"):
        raise Unfetchable(f"{what} has no format that can be fetched", "no-format")
    seconds = float(info.get("duration") or 0)
    whole = max(float(info.get("full_duration") or 0) / 1000, wanted_s)
    short = SNIPPET[0] <= seconds <= SNIPPET[1] and seconds < whole * SHORTER
    if short or str(info["format_id"]).endswith("_preview"):
        raise preview(what, seconds)


def source_ref(info: dict[str, Any], otherwise: str) -> str:
    """How the site itself names a track."""
    key, id = str(info.get("extractor_key") or info.get("ie_key") or ""), str(info.get("id") or "")
    # The generic one says where a file is, and that may be signed.
    if key == "Soundcloud" and id.isdigit():
        return f"soundcloud:{id}"
    if key == "Youtube" and id:
        return f"youtube:{id}"
    return otherwise


def _public(info: dict[str, Any], address: Address) -> str:
    """The address of the track's page, without what only lets somebody in."""
    if address.ref.startswith("url:"):
        return address.ref.removeprefix("url:")
    return str(info.get("webpage_url") or address.url).partition("#")[0]


def _told(progress: Callable[[Progress], None]) -> Callable[[dict[str, Any]], None]:
    last = 0.0

    def hook(said: dict[str, Any]) -> None:
        nonlocal last
        now = time.monotonic()
        if said.get("status") != "finished" and now - last < OFTEN:
            return
        last = now
        total = said.get("total_bytes") or said.get("total_bytes_estimate") or 0
        done = said.get("downloaded_bytes") or 0
        speed, eta = said.get("speed") or 0.0, said.get("eta") or 0.0
        progress(Progress(int(done), int(total), float(speed), float(eta)))

    return hook


# ---- folders -----------------------------------------------------------------------------------


def _name(ref: str) -> str:
    """The folder of an address: to be read by people, and its own whatever signs it has."""
    return f"{_safe(ref)[:60]}-{hashlib.sha256(ref.encode()).hexdigest()[:12]}"


def _safe(text: str) -> str:
    return re.sub(r"[^\w.-]+", "-", text, flags=re.ASCII).strip("-.") or "x"


def _finished(own: Path) -> Fetched | None:
    if not own.is_dir():
        return None
    for path in sorted(own.iterdir()):
        if (done := Folder(path).finished()) is not None:
            return _fetched(path, done)
    return None


def _fetched(path: Path, done: Done) -> Fetched:
    return Fetched(
        path / f"{resume.STEM}.{done.ext}",
        done.source_ref,
        done.url,
        done.title,
        done.uploader,
        done.duration_s,
        done.format_id,
        done.ext,
        done.bytes,
    )
