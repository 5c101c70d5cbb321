"""All media sites on one port: each below `/api/HOST/`, as if it were that host."""

from __future__ import annotations

from typing import ClassVar

from adapters.sandbox.faults import Fault
from adapters.sandbox.media import made_up, soundcloud, youtube
from adapters.sandbox.media.catalogue import Catalogue, Track
from adapters.sandbox.media.pictures import picture
from adapters.sandbox.media.sounds import FORMATS, PREVIEW, Sounds, pieces
from adapters.sandbox.media.streams import serve
from adapters.sandbox.messages import Request, Response
from adapters.sandbox.server import CONTROL, Server

STATUS = {"401": 401, "403": 403, "404": 404, "410": 410, "451": 451}
_SOUNDS = Sounds()
"""Of the process: a test's tune is made once, however many servers there are."""


class Sandbox(Server):
    """A stand-in for SoundCloud, YouTube, YouTube Music and a server of files.

    Args:
        catalogue: what can be had there; a small made-up one by default.
    """

    name = "media"
    kinds: ClassVar[tuple[str, ...]] = (*STATUS, "429", "foreign", "bot", "not json")
    calls: ClassVar[tuple[str, ...]] = (
        "fault",
        "forget",
        "upload",
        "delete",
        "like",
        "unlike",
        "create_set",
        "add_to_set",
        "remove_from_set",
        "block",
        "preview_only",
        "allow",
        "protect",
    )

    def __init__(self, catalogue: Catalogue | None = None) -> None:
        super().__init__()
        self.catalogue = made_up.small() if catalogue is None else catalogue

    @property
    def url(self) -> str:
        """What takes the place of all sites; `base_url` in the configuration."""
        return f"{self.root}/"

    def introduction(self) -> dict[str, str]:
        told = {
            "url": self.url,
            "token": soundcloud.CLIENT_ID,
            "hosts": f"{self.root}/api/HOST/PATH stands for https://HOST/PATH",
            "control_url": f"{self.root}/{CONTROL}",
        }
        for track in self.catalogue.there("soundcloud")[-1:]:
            told |= {"user": track.user, "track": track.soundcloud_url}
        for track in self.catalogue.there("direct")[-1:]:
            told["file"] = track.direct_url
        return told

    # ---- requests ----------------------------------------------------------------------------

    def endpoint(self, request: Request) -> str:
        host, path = _asked(request)
        return f"{request.method} {_named(host, path)}"

    def answer(self, request: Request) -> Response:
        host, path = _asked(request)
        match host:
            case "soundcloud.com":
                return soundcloud.page() if not path else Response.text("not found", 404)
            case "a-v2.sndcdn.com":
                return soundcloud.script()
            case soundcloud.API:
                return soundcloud.api(self.catalogue, path, request)
            case "i.scdn.co" | "i1.sndcdn.com" if path:
                return Response(200, picture("/".join(path)), {"Content-Type": "image/png"})
            case soundcloud.STREAMS | soundcloud.PIECES | youtube.STREAMS | "tunes.example":
                return self._stream(host, path, request)
        if path[:2] == ("youtubei", "v1") and path[2:]:
            told = request.json() or {}
            if path[2] == "player":
                return youtube.player(self.catalogue, told, lambda *of: len(self.sound(*of)))
            if path[2] == "next":
                return youtube.around(self.catalogue, told)
            if path[2] == "search" and host.startswith("music."):
                return youtube.search_music(self.catalogue, told)
            if path[2] == "search":
                return youtube.search(self.catalogue, told)
        return Response.text("not found", 404)

    def _stream(
        self, host: str, path: tuple[str, ...], request: Request, *, foreign: bool = False
    ) -> Response:
        found = self._found(host, path, request)
        if found is None:
            return Response.text("not found", 404)
        return serve(request, *found, foreign=foreign)

    def _found(
        self, host: str, path: tuple[str, ...], request: Request
    ) -> tuple[bytes, str] | None:
        """The bytes behind an address of a file, and their format."""
        tracks = self.catalogue.tracks.values()
        match host, path:
            case soundcloud.STREAMS, (name,):
                number, _, form = name.partition(".128.")
                track = next((one for one in tracks if str(one.id) == number), None)
            case soundcloud.PIECES, (number, form, name) if form in FORMATS:
                track = next((one for one in tracks if str(one.id) == number), None)
                return self._piece(track, form, name) if track else None
            case youtube.STREAMS, _:
                wanted, form = (
                    request.query.get("id"),
                    youtube.ITAGS.get(request.query.get("itag", ""), ""),
                )
                track = next((one for one in tracks if one.video == wanted), None)
            case "tunes.example", (name,):
                slug, _, form = name.rpartition(".")
                track = next((t for t in self.catalogue.there("direct") if t.slug == slug), None)
            case _:
                return None
        return (self.sound(track, form), form) if track and form in FORMATS else None

    def _piece(self, track: Track, form: str, name: str) -> tuple[bytes, str] | None:
        first, parts = pieces(form, self.sound(track, form))
        if name == "list.m3u8":
            length = track.seconds / len(parts)
            lines = ["#EXTM3U", "#EXT-X-VERSION:6", "#EXT-X-PLAYLIST-TYPE:VOD"]
            lines.append(f"#EXT-X-TARGETDURATION:{round(length) + 1}")
            sign = "?Signature=sandbox~secret"
            if first:
                lines.append(f'#EXT-X-MAP:URI="first{sign}"')
            for number in range(len(parts)):
                lines += [f"#EXTINF:{length:.3f},", f"piece{number}{sign}"]
            return "\n".join([*lines, "#EXT-X-ENDLIST", ""]).encode(), "m3u8"
        if name == "first":
            return first, form
        named = {f"piece{number}": part for number, part in enumerate(parts)}
        return (named[name], form) if name in named else None

    def sound(self, track: Track, form: str) -> bytes:
        """The bytes of a track in one of `sounds.FORMATS`, as a client gets them in the end."""
        seconds = min(track.seconds, PREVIEW) if track.policy == "SNIP" else track.seconds
        return _SOUNDS.encoded(track.bpm, track.key, seconds, track.seed, form)

    # ---- what goes wrong ---------------------------------------------------------------------

    def faulty(self, fault: Fault, request: Request) -> Response | None:
        if fault.kind in STATUS:
            return Response.json({"errors": [{}]}, STATUS[fault.kind])
        match fault.kind:
            case "429":
                after = {"Retry-After": str(round(fault.seconds))} if fault.seconds else {}
                return Response.json({"errors": [{"reason_phrase": "rate limit"}]}, 429, after)
            case "not json":
                return Response.text("<html><h1>Just a moment…</h1></html>", 200, "text/html")
            case "bot":
                reason = "Sign in to confirm you’re not a bot"
                told = {"status": "LOGIN_REQUIRED", "reason": reason}
                return Response.json({"playabilityStatus": told})
            case "foreign":
                return self._stream(*_asked(request), request, foreign=True)
        return None

    # ---- what people do ----------------------------------------------------------------------

    def upload(
        self,
        title: str,
        uploader: str,
        seconds: float = 60,
        bpm: float = 126,
        key: str = "Am",
        sites: tuple[str, ...] | list[str] = ("soundcloud",),
    ) -> int:
        """Add a track; its number."""
        with self.lock:
            return self.catalogue.add(title, uploader, seconds, bpm, key, sites=sites).id

    def delete(self, track: int | str) -> None:
        """Take a track off all sites."""
        self._track(track).gone = True

    def like(self, user: str, track: int | str) -> None:
        """Let a user like a track."""
        with self.lock:
            self.catalogue.like(user, self._track(track).id)

    def unlike(self, user: str, track: int | str) -> None:
        """Take the like back."""
        with self.lock:
            self.catalogue.unlike(user, self._track(track).id)

    def create_set(self, title: str, user: str) -> int:
        """Make an empty set; its number."""
        with self.lock:
            return self.catalogue.add_set(title, user).id

    def add_to_set(self, set: int, track: int | str) -> None:
        """Put a track at the end of a set."""
        with self.lock:
            self.catalogue.sets[set].tracks.append(self._track(track).id)

    def remove_from_set(self, set: int, track: int | str) -> None:
        """Take it off."""
        with self.lock:
            self.catalogue.sets[set].tracks.remove(self._track(track).id)

    def block(self, track: int | str) -> None:
        """Not in this country any more."""
        self._track(track).policy = "BLOCK"

    def preview_only(self, track: int | str) -> None:
        """Half a minute for those who do not pay."""
        self._track(track).policy = "SNIP"

    def protect(self, track: int | str) -> None:
        """With copy protection (DRM) only."""
        self._track(track).drm = True

    def allow(self, track: int | str) -> None:
        """To be had again by all."""
        found = self._track(track)
        found.policy, found.drm, found.gone = "ALLOW", False, False

    def _track(self, track: int | str) -> Track:
        """By number or title. Raises LookupError."""
        for one in self.catalogue.tracks.values():
            if track in (one.id, str(one.id), one.title):
                return one
        raise LookupError(f"there is no track {track!r}")


def _asked(request: Request) -> tuple[str, tuple[str, ...]]:
    """The host that is meant, and the path there."""
    if request.segments[:1] == ("api",) and len(request.segments) > 1:
        return request.segments[1], request.segments[2:]
    return "", request.segments


def _named(host: str, path: tuple[str, ...]) -> str:
    """An endpoint's name: the service, and the path with `{id}` for what differs."""
    sites = {
        soundcloud.API: "soundcloud",
        soundcloud.STREAMS: "soundcloud/file",
        soundcloud.PIECES: "soundcloud/pieces",
        youtube.STREAMS: "youtube/file",
        "i1.sndcdn.com": "soundcloud/picture",
        "i.scdn.co": "spotify/picture",
        "www.youtube.com": "youtube",
        "music.youtube.com": "youtube-music",
    }
    site = sites.get(host, host)
    if site.endswith(("/file", "/picture")) or host == "tunes.example":
        return site
    if site.endswith("/pieces"):
        return f"{site}/{'list' if path[-1:] == ('list.m3u8',) else '{id}'}"
    shown = ["{id}" if part.isdigit() else part for part in path if part not in ("youtubei", "v1")]
    if path[:1] == ("media",):
        shown = ["media", "{id}"]
    return "/".join((site, *shown))
