"""Pictures by address: what is taken, and what is not."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator

import pytest

from adapters import covers
from adapters.contract import Permanent, Transient
from adapters.sandbox.media import Sandbox
from adapters.sandbox.media.catalogue import Catalogue
from adapters.sandbox.media.pictures import picture

PNG = picture("one")
ANSWERS = {
    "/png": (200, PNG),
    "/jpg": (200, b"\xff\xd8\xff\xe0 and so on"),
    "/page": (200, b"<html>"),
    "/large": (200, PNG + bytes(covers.MOST)),
    "/gone": (404, b""),
    "/busy": (503, b""),
}


class Server(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        status, body = ANSWERS[self.path]
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing is said."""


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize(("path", "suffix"), [("/png", "png"), ("/jpg", "jpg")])
def test_a_picture_is_known_by_how_it_begins(site: str, path: str, suffix: str) -> None:
    data = covers.fetch(site + path)
    assert data == ANSWERS[path][1] and covers.suffix(data) == suffix


@pytest.mark.parametrize(
    ("path", "why"),
    [("/page", "neither a JPEG nor a PNG"), ("/large", "larger than 4 MB"), ("/gone", "404")],
)
def test_what_is_none_is_never_asked_for_again(site: str, path: str, why: str) -> None:
    with pytest.raises(Permanent, match=why):
        covers.fetch(site + path)


def test_what_cannot_be_had_now_may_be_later(site: str) -> None:
    with pytest.raises(Transient, match="503"):
        covers.fetch(f"{site}/busy")
    with pytest.raises(Transient, match="refused"):
        covers.fetch("http://127.0.0.1:9/x.jpg")


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://a.example/x.png", "x.png", ""])
def test_nothing_but_the_web_is_asked(url: str) -> None:
    with pytest.raises(Permanent, match="is no address of the web"):
        covers.fetch(url)


def test_a_stand_in_takes_the_place_of_all_sites() -> None:
    with Sandbox(Catalogue()) as sandbox:
        one = covers.fetch("https://i.scdn.co/image/ab67616d0000b273", sandbox.url)
        other = covers.fetch("https://i1.sndcdn.com/artworks-1-t500x500.jpg", sandbox.url)
    assert one != other and covers.suffix(one) == covers.suffix(other) == "png"
