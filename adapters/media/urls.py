"""What an address of the web leads to, without asking anybody. Pure."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import NamedTuple
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit, urlunsplit

SCHEMES = ("http", "https")
_TRACKING = re.compile(
    r"utm_.*|si|feature|pp|fbclid|gclid|igsh.*|ref|ref_src|in|t|start|ab_channel|index|spm|mc_.*",
    re.IGNORECASE,
)
_SIGNED = re.compile(
    r".*(?:sign|token|secret|policy|credential|key.?pair|expire|auth|passw).*|x-amz-.*|sig|key|hmac",
    re.IGNORECASE,
)
_PRIVATE = re.compile(r"((?:^|//[^/]+)(?:/[^/]+){2,})/s-\w+/?$")
_VIDEO = re.compile(r"[\w-]{11}", re.ASCII)
_SLUG = re.compile(r"[\w-]+", re.ASCII)
_YOUTUBE = ("youtube.com", "youtube-nocookie.com", "music.youtube.com", "m.youtube.com")
_PAGES = ("tracks", "albums", "sets", "reposts", "likes", "spotlight", "comments", "popular-tracks")
_NO_USER = ("discover", "stream", "search", "charts", "stations", "you", "upload", "settings")


class Kind(StrEnum):
    """What is behind an address."""

    TRACK = "track"
    PLAYLIST = "playlist"


class Address(NamedTuple):
    """A checked address."""

    kind: Kind
    ref: str
    """`soundcloud:<number>` or `soundcloud:<user>/<slug>`, `youtube:<id>`, else `url:<url>`; equal
    for addresses that differ only in their writing."""
    url: str
    """To be asked for: without what only tells who shared it. It may be signed, and so open what is
    not public: no event or message may hold it. `ref` may be told to anybody."""


def checked(url: str, expected: Kind = Kind.TRACK) -> Address:
    """What an address is.

    Raises:
        ValueError: it is none, or nothing that can be fetched, or not of the kind that is
            expected. One line: what, and what to do.
    """
    text = url.strip()
    if text.startswith("spotify:"):
        raise ValueError(_SPOTIFY)
    if "://" not in text and "." in text.partition("/")[0]:
        text = f"https://{text}"
    try:
        parts = urlsplit(text)
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        raise ValueError(f"{_short(url)} is no address of the web") from None
    if parts.scheme.lower() not in SCHEMES or not host or any(map(str.isspace, text)):
        raise ValueError(f"{_short(url)} is no address of the web: it has to begin with https://")
    if parts.username or parts.password:
        raise ValueError("an address with a password in it is not kept: leave that out")
    host = host.removeprefix("www.")
    path = [unquote(part) for part in parts.path.split("/") if part]
    query = dict(parse_qsl(parts.query))
    if host in _YOUTUBE or host == "youtu.be":
        found = _youtube(host, path, query, url)
    elif host == "soundcloud.com" or host.endswith(".soundcloud.com"):
        found = _soundcloud(host, path, query, url)
    elif host in ("spotify.com", "spotify.link") or host.endswith(".spotify.com"):
        raise ValueError(_SPOTIFY)
    else:
        where = host if port in (None, 80, 443) else f"{host}:{port}"
        kept = [one for one in parse_qsl(parts.query, True) if not _TRACKING.fullmatch(one[0])]
        named = [one for one in kept if not _SIGNED.fullmatch(one[0])]
        scheme, whole = parts.scheme.lower(), quote(unquote(parts.path))
        plain = urlunsplit((scheme, where, whole, urlencode(named), ""))
        asked = urlunsplit((scheme, where, whole, urlencode(kept), ""))
        found = Address(expected, f"url:{plain}", asked)
    if found.kind != expected:
        what = "a playlist" if found.kind == Kind.PLAYLIST else "a single track"
        command = "playlist" if found.kind == Kind.PLAYLIST else "add"
        raise ValueError(f"{_short(url)} is {what}: sync {command} takes it")
    return found


_SPOTIFY = "Spotify gives no audio, only what is known of a track: look for it on another site"


def opens(url: str) -> bool:
    """Whether an address holds what only its sharer should know: a signature, a password, the last
    part of a private link."""
    try:
        parts = urlsplit(url.strip())
        named = parse_qsl(parts.query, True)
    except ValueError:
        return True  # nobody knows
    return (
        "@" in parts.netloc
        or any(_SIGNED.fullmatch(name) for name, _ in named)
        or _PRIVATE.search(unquote(parts.path)) is not None
    )


def _short(url: str) -> str:
    """An address as part of a line, without a query: that may hold a secret."""
    plain = "".join(sign if sign.isprintable() else "?" for sign in url.strip())
    plain = re.sub(r"//[^/@]*@", "//", plain.partition("#")[0].partition("?")[0])
    plain = _PRIVATE.sub(r"\1/s-…", plain)
    return plain if len(plain) <= 100 else plain[:99] + "…"


# ---- sites -------------------------------------------------------------------------------------


def _youtube(host: str, path: list[str], query: dict[str, str], url: str) -> Address:
    first = path[0] if path else ""
    video = ""
    if host == "youtu.be":
        video = first
    elif first == "watch":
        video = query.get("v", "")
        if not video and query.get("list"):
            return _youtube_list(query["list"], url)
        if not video:
            raise ValueError(f"{_short(url)} is no video: ?v= and its id are missing")
    elif first == "playlist":
        return _youtube_list(query.get("list", ""), url)
    elif first in ("shorts", "live", "embed", "v") and len(path) > 1:
        video = path[1]
    else:
        raise ValueError(f"{_short(url)} is no video: open one and copy its address")
    if not _VIDEO.fullmatch(video):
        raise ValueError(f"{_short(url)} is no video: the id of one has 11 signs, not {video!r}")
    return Address(Kind.TRACK, f"youtube:{video}", f"https://www.youtube.com/watch?v={video}")


def _youtube_list(an_id: str, url: str) -> Address:
    if not _SLUG.fullmatch(an_id):
        raise ValueError(f"{_short(url)} is no playlist: ?list= and its id are missing")
    plain = f"https://www.youtube.com/playlist?list={an_id}"
    return Address(Kind.PLAYLIST, f"youtube:playlist:{an_id}", plain)


def _soundcloud(host: str, path: list[str], query: dict[str, str], url: str) -> Address:
    if host == "on.soundcloud.com":
        raise ValueError(
            f"{_short(url)} is a short link: open it, and copy the address it leads to"
        )
    if host in ("api.soundcloud.com", "api-v2.soundcloud.com"):
        return _numbered(path, url)
    bad = f"{_short(url)} is no track: soundcloud.com/USER/TRACK is one"
    if not path or path[0] in _NO_USER or not all(map(_SLUG.fullmatch, path)):
        raise ValueError(bad)
    path = [part.lower() if place < 2 else part for place, part in enumerate(path)]
    plain = f"https://soundcloud.com/{'/'.join(path)}"
    kind = Kind.TRACK
    if len(path) == 1 or path[1] in _PAGES:
        kind = Kind.PLAYLIST
    if len(path) > 2 and kind == Kind.TRACK and not path[2].startswith("s-"):
        raise ValueError(bad)
    # A private link's last part opens it: it belongs to the address and to no reference.
    public = path[:-1] if len(path) > 2 and path[-1].startswith("s-") else path
    return Address(kind, f"soundcloud:{'/'.join(public)}", plain)


def _numbered(path: list[str], url: str) -> Address:
    """`api.soundcloud.com/tracks/123`, also `…/soundcloud:tracks:123`."""
    kinds = {"tracks": Kind.TRACK, "playlists": Kind.PLAYLIST}
    number = path[1].rpartition(":")[2] if len(path) == 2 else ""
    if not path or path[0] not in kinds or not (number.isascii() and number.isdigit()):
        raise ValueError(f"{_short(url)} is no track: soundcloud.com/USER/TRACK is one")
    plain = f"https://api.soundcloud.com/{path[0]}/{number}"
    rest = number if path[0] == "tracks" else f"playlists:{number}"
    return Address(kinds[path[0]], f"soundcloud:{rest}", plain)
