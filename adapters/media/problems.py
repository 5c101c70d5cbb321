"""What went wrong with one track of a media site, as an error that says what to do. Pure.

Every error here has a `kind`, one word for programs; `kind` gives that of any error.
"""

from __future__ import annotations

import errno
import re
from typing import Literal, NamedTuple

from adapters.contract import AdapterError, Blocked, Fatal, Permanent, Transient

Problem = Literal[
    "gone",
    "geo-blocked",
    "drm",
    "preview",
    "login",
    "not-a-video",
    "no-format",
    "refused",
    "rate-limited",
    "network",
    "disk-full",
    "unknown",
]
MINUTE, HOUR = 60.0, 3600.0
PAUSE = 10 * MINUTE
"""Seconds after a refusal for too many requests that does not say how long."""


class Unfetchable(Permanent):
    """This track will not come, however often it is tried."""

    def __init__(self, message: str, kind: Problem) -> None:
        super().__init__(message)
        self.kind: Problem = kind


class Interrupted(Transient):
    """It may come next time; what is there already is kept."""

    def __init__(self, message: str, kind: Problem, retry_after: float = MINUTE) -> None:
        super().__init__(message, retry_after)
        self.kind: Problem = kind


class RateLimited(Blocked):
    """The site wants no more requests for a while."""

    kind: Problem = "rate-limited"


class DiskFull(Fatal):
    """There is no more room for audio."""

    kind: Problem = "disk-full"


def kind(error: AdapterError) -> Problem:
    """The word for an error."""
    found: Problem = getattr(error, "kind", "unknown")
    return found


class Trouble(NamedTuple):
    """An error of yt-dlp as plain values."""

    name: str
    """Of the exception's class."""
    text: str
    status: int = 0
    """HTTP; 0: there was no answer, or it was not what went wrong."""
    retry_after: float = 0.0
    errno: int = 0
    cause: bool = True
    """False: a download ended without saying why, as a cut connection does."""


_NO_ANSWER = "Failed to extract any player response"
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
# Sites say it in words only. The first that fits counts.
_WORDS: tuple[tuple[str, Problem, str], ...] = (
    (r"not a bot|too many requests|rate.?limit", "rate-limited", ""),
    (r"\bdrm\b", "drm", "is protected against copies (DRM)"),
    (r"in your country|geo.?restrict|your location|in your region", "geo-blocked", ""),
    (r"confirm your age|age.restricted|log ?in|sign ?in|cookies|members.only", "login", ""),
    (r"private video|unavailable|no longer available|been removed|been terminated"
     r"|not available|does not exist|deleted", "gone", "is not there any more"),
    (r"live event|premieres? in|livestream|will begin", "not-a-video", "is a live stream"),
    (r"unsupported url|no video could be found|is not a valid url", "not-a-video",
     "holds no audio that can be fetched"),
)  # fmt: skip
_SAYS: dict[Problem, str] = {
    "gone": "is not there any more",
    "geo-blocked": "is not to be had in this country",
    "login": "is only for people who are logged in: see `cookies_from_browser`",
    "not-a-video": "holds no audio that can be fetched",
}


def meaning(trouble: Trouble, what: str, now: float) -> AdapterError:
    """The error to raise.

    Args:
        what: begins the message, such as `soundcloud:123`.
        now: seconds since 1970.
    """
    if trouble.errno in _FULL:
        return DiskFull(f"{what}: there is no room left on the disk: make some")
    if trouble.name == "GeoRestrictedError":
        return Unfetchable(f"{what} {_SAYS['geo-blocked']}", "geo-blocked")
    # After several tries only the text still tells.
    told = re.search(r"HTTP Error (\d{3})", trouble.text)
    if status := trouble.status or int(told[1] if told else 0):
        return _answered(trouble._replace(status=status), what, now)
    if "format is not available" in trouble.text or "No video formats" in trouble.text:
        return Unfetchable(f"{what} has no format that can be fetched", "no-format")
    if trouble.name == "UnsupportedError":
        return Unfetchable(f"{what} {_SAYS['not-a-video']}", "not-a-video")
    if trouble.name == "TransportError" or _NO_ANSWER in trouble.text:
        host = re.search(r"host='([\w.:-]+)'", trouble.text)
        why = f"no connection to {host[1]}" if host else f"no connection ({plain(trouble.text)})"
        return Interrupted(f"{what}: {why}", "network")
    if trouble.name == "CookieLoadError":
        why = "this browser's cookies cannot be read: see `cookies_from_browser` in [fetch]"
        return Fatal(why)
    for pattern, word, says in _WORDS:
        if re.search(pattern, trouble.text, re.IGNORECASE):
            if word == "rate-limited":
                return limited(what, HOUR, now)
            return Unfetchable(f"{what} {says or _SAYS[word]}", word)
    if trouble.errno:
        return Fatal(f"{what}: cannot be written: {plain(trouble.text)}")
    if not trouble.cause:
        return Interrupted(f"{what}: the connection was cut", "network")
    return Interrupted(f"{what}: {plain(trouble.text)}", "unknown", HOUR)


def _answered(trouble: Trouble, what: str, now: float) -> AdapterError:
    status = trouble.status
    if status == 429:
        return limited(what, trouble.retry_after, now)
    if status in (404, 410):
        return Unfetchable(f"{what} {_SAYS['gone']} ({status})", "gone")
    if status == 451:
        return Unfetchable(f"{what} {_SAYS['geo-blocked']} ({status})", "geo-blocked")
    if status == 401:
        return Unfetchable(f"{what} {_SAYS['login']} ({status})", "login")
    if status == 403:
        why = f"{what}: the site refuses this program (403): see `sync doctor`"
        return Interrupted(why, "refused", HOUR)
    after = max(trouble.retry_after, MINUTE)
    return Interrupted(f"{what}: the site answers {status}", "network", after)


def limited(what: str, after: float, now: float) -> RateLimited:
    """The site wants no more requests for so many seconds."""
    after = after or PAUSE
    why = f"{what}: the site wants no more requests for {after / MINUTE:.0f} min"
    return RateLimited(why, now + after, after)


def preview(what: str, seconds: float) -> Unfetchable:
    """Only the beginning is to be had."""
    return Unfetchable(f"{what}: only {seconds:.0f} s of it are to be had, a preview", "preview")


_COLOURS = re.compile(r"\x1b\[[0-9;]*m")
_QUERY = re.compile(r"(https?://[^\s?#'\"]+)[?#][^\s'\"]*")
_LEAD = re.compile(r"^(ERROR: *)?(\[[\w:.+-]+\] *)?([\w-]{6,}: )?", re.ASCII)
_ADVICE = re.compile(r"[;.] *(please report this issue|you might want|see +https?:).*", re.I | re.S)


def plain(text: str) -> str:
    """A message of yt-dlp as a part of one line: no colours, no advice, nothing signed."""
    text = _QUERY.sub(r"\1", _COLOURS.sub("", text))
    text = _ADVICE.sub("", _LEAD.sub("", " ".join(text.split())))
    text = re.sub(r"\(caused by .*", "", text).strip(" .;:")
    shown = "".join(sign for sign in text if sign.isprintable())
    return shown if len(shown) <= 160 else shown[:159] + "…"
