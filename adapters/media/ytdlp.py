"""yt-dlp in this process. The only module that imports it (0.3 s): import this one where needed.

Nothing of a person's own yt-dlp is read (settings, plugins, cache, login), nothing is printed, and
every request passes `Session.urlopen`, where SoundCloud's are counted, a stand-in takes the place
of the sites, and what comes of a file is compared with the part that is here already.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import yt_dlp.globals
from yt_dlp import YoutubeDL
from yt_dlp.cookies import CookieLoadError
from yt_dlp.downloader.common import FileDownloader
from yt_dlp.extractor.soundcloud import SoundcloudIE, SoundcloudSearchIE
from yt_dlp.extractor.youtube import (
    YoutubeIE,
    YoutubeMusicSearchURLIE,
    YoutubeSearchIE,
    YoutubeTabIE,
)
from yt_dlp.networking import Request
from yt_dlp.networking.exceptions import HTTPError, RequestError, TransportError
from yt_dlp.utils import (
    DownloadError,
    GeoRestrictedError,
    UnavailableVideoError,
    UnsupportedError,
    YoutubeDLError,
)

from adapters.contract import AdapterError, seconds
from adapters.media.parameters import parameters
from adapters.media.problems import Trouble, limited, meaning
from adapters.media.resume import Folder, Foreign
from adapters.media.window import Window, window
from adapters.media.youtube_music import columns

Json = dict[str, Any]

API = "api-v2.soundcloud.com"
_LOOPBACK = ("127.0.0.1", "::1", "localhost")

# Programs of others that lie about on this machine are no part of us.
yt_dlp.globals.plugin_dirs.value = []
yt_dlp.globals.all_plugins_loaded.value = True


class Session(YoutubeDL):  # type: ignore[misc]
    """One yt-dlp, for one thread and one job; a context manager.

    Args:
        base_url: of a stand-in for all sites; empty: none.
        cache: a folder where it keeps what it learns of the sites; None: nothing is kept.
        everywhere: know every site that yt-dlp knows, and not only those that are searched: that
            takes as long as a request.
        more: further parameters of `YoutubeDL`.
    """

    def __init__(
        self,
        base_url: str = "",
        cache: Path | None = None,
        cookies_from_browser: str = "",
        *,
        everywhere: bool = False,
        **more: Any,
    ) -> None:
        self.base = base_url.rstrip("/")
        self.window: Window = window(self.base)
        self.folder: Folder | None = None
        self._answers: list[Any] = []
        self.opened: list[Any] = []
        told = parameters(self.base, cache, cookies_from_browser)
        super().__init__(told | more, auto_init=False)
        if everywhere:
            self.add_default_info_extractors()
        for extractor in (_Track, _Search, _Music, YoutubeIE, YoutubeTabIE, YoutubeSearchIE):
            # In the place of the one that it stands for, if that is there.
            self.add_info_extractor(extractor())

    def urlopen(self, req: Any) -> Any:
        """Send one request.

        Raises:
            AdapterError: the site wants no more of them.
            Foreign: see `Folder.answered`.
        """
        request = Request(req) if isinstance(req, str) else req
        parts = urlsplit(request.url)
        host = parts.hostname or ""
        if host == API or parts.path.startswith(f"/api/{API}/"):
            self.window.take()
        if self.base and host not in _LOOPBACK:
            rest = urlunsplit(("", "", parts.path, parts.query, ""))
            request.url = f"{self.base}/api/{host}{rest}"
            request.extensions.pop("impersonate", None)
        if self.folder is not None:
            request.headers.update(self.folder.asks(request.headers))
        try:
            answer = super().urlopen(request)
        except HTTPError as error:
            self._answers.append(error.response)
            if error.status == 416 and self.folder is not None:
                raise Foreign from None
            if error.status == 429:
                wait = seconds(error.response.headers.get("Retry-After"))
                refused = limited(host, wait, self.window.clock())
                if host == API:
                    self.window.close(refused.until)
                raise refused from None
            raise
        self._answers.append(answer)
        if self.folder is not None:
            self.folder.answered(answer.status, answer.headers)
        return answer

    def close(self) -> None:
        """Hang up: also where an answer was not read to its end."""
        for answer in self._answers:
            answer.close()
        self._answers.clear()
        super().close()

    def ask(self, url: str, what: str) -> Json:
        """Everything about an address, with addresses to fetch it from; lists are not opened up.

        Raises:
            AdapterError: see `problems.meaning`; `what` begins the message.
        """
        with errors(what):
            found: Json = self.extract_info(url, download=False)
            return found

    def soundcloud(self, where: str, what: str, **query: str | int) -> Any:
        """An answer of SoundCloud's API; `where` is a path, or the address of a next page.

        Raises:
            AdapterError: see `problems.meaning`; `what` begins the message.
        """
        with errors(what):
            user = self.get_info_extractor("SoundcloudUser")
            user.initialize()
            url = where if where.startswith("https://") else f"https://{API}/{where}"
            # Without a browser's manners it answers 403 to lists.
            manners = user._browser_impersonate_target
            told = user._call_api(
                url, what, query=query, headers=user._HEADERS, impersonate=manners
            )
        return told

    def text(self, url: str, headers: Mapping[str, str] | None) -> tuple[str, str]:
        """A text, and the address that it came from in the end."""
        answer = self.urlopen(Request(url, headers=dict(headers or {})))
        with answer:
            return answer.read().decode("utf-8", "replace"), answer.url

    def download(self, info: Json, path: Path) -> None:
        """Fetch the format that `ask` chose, to a path, going on with `path`.part.

        Raises:
            Foreign: the part is of another file.
        """
        self.params["outtmpl"] = {"default": str(path).replace("%", "%%")}
        try:
            self.process_info(self._copy_infodict(info))
        finally:
            for stream in self.opened:
                stream.close()
            self.opened.clear()


def _open(downloader: Any, filename: str, mode: str) -> Any:
    """yt-dlp leaves files open where it fails. What is still in their buffers would some day be
    appended to a part that is longer by then."""
    stream, name = _SANITIZE_OPEN(downloader, filename, mode)
    downloader.ydl.opened.append(stream)
    return stream, name


_SANITIZE_OPEN = FileDownloader.sanitize_open
FileDownloader.sanitize_open = _open


# ---- errors ------------------------------------------------------------------------------------


@contextmanager
def errors(what: str) -> Iterator[None]:
    """Let errors of yt-dlp come out as ours."""
    try:
        yield
    except (AdapterError, Foreign):
        raise
    except (YoutubeDLError, RequestError, OSError) as error:
        raise meaning(_trouble(error), what, time.time()) from None
    except Exception as error:
        # The extractors take answers for granted; one of another shape is an error of any kind.
        name = type(error).__name__
        raise meaning(Trouble(name, f"an answer of an unknown shape ({name})"), what, 0) from None


def _trouble(error: BaseException) -> Trouble:
    inner, text = error, str(error)
    while (found := _inside(inner)) is not None:
        inner = found
    name = type(inner).__name__
    if isinstance(inner, HTTPError):
        wait = seconds(inner.response.headers.get("Retry-After"))
        return Trouble(name, text, int(inner.status), wait)
    if isinstance(inner, TransportError | ConnectionError | TimeoutError):
        return Trouble("TransportError", str(inner))
    number = inner.errno or 0 if isinstance(inner, OSError) else 0
    return Trouble(name, text, errno=number, cause=not isinstance(inner, DownloadError))


_ENOUGH = (HTTPError, TransportError, UnsupportedError, GeoRestrictedError, CookieLoadError)
"""What says enough: inside is only how it came about."""


def _inside(error: BaseException) -> BaseException | None:
    """The error that this one is only the wrapping of."""
    if isinstance(error, _ENOUGH):
        return None
    info = getattr(error, "exc_info", None)
    found = (info[1] if info else None) or getattr(error, "cause", None)
    if found is None and isinstance(error, DownloadError | UnavailableVideoError):
        found = error.__context__
    return found if isinstance(found, BaseException) and found is not error else None


# ---- extractors that tell more -----------------------------------------------------------------


class _Plain:
    """What the extractors of SoundCloud leave out, and no requests for pictures."""

    def _extract_info_dict(self, info: Json, *args: Any, **words: Any) -> Json:
        told: Json = super()._extract_info_dict(info, *args, **words)  # type: ignore[misc]
        published = info.get("publisher_metadata")
        published = published if isinstance(published, dict) else {}
        told["isrc"] = published.get("isrc")
        told["policy"] = info.get("policy")
        told["full_duration"] = info.get("full_duration")
        return told

    def _extract_thumbnails(self, info: Json) -> list[Json]:
        return []

    @classmethod
    def ie_key(cls) -> str:
        return str(cls.__mro__[2].__name__).removesuffix("IE")


class _Track(_Plain, SoundcloudIE):  # type: ignore[misc]
    pass


class _Search(_Plain, SoundcloudSearchIE):  # type: ignore[misc]
    pass


class _Music(YoutubeMusicSearchURLIE):  # type: ignore[misc]
    """With the artist, the album and the length that stand beside a song."""

    def _music_reponsive_list_entry(self, renderer: Json) -> Any:
        told = super()._music_reponsive_list_entry(renderer)
        return told and told | columns(renderer)

    @classmethod
    def ie_key(cls) -> str:
        return "YoutubeMusicSearchURL"
