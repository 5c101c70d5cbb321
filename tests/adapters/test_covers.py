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
    "/away": (302, b""),
}


class Server(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        status, body = ANSWERS[self.path]
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        if status == 302:
            self.send_header("Location", "http://10.0.0.1/router.png")
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
    data = covers.fetch(site + path, site)
    assert data == ANSWERS[path][1] and covers.suffix(data) == suffix


@pytest.mark.parametrize(
    ("path", "why"),
    [("/page", "neither a JPEG nor a PNG"), ("/large", "larger than 4 MB"), ("/gone", "404")],
)
def test_what_is_none_is_never_asked_for_again(site: str, path: str, why: str) -> None:
    with pytest.raises(Permanent, match=why):
        covers.fetch(site + path, site)


def test_what_cannot_be_had_now_may_be_later(site: str) -> None:
    with pytest.raises(Transient, match="503"):
        covers.fetch(f"{site}/busy", site)
    with pytest.raises(Transient, match="refused"):
        covers.fetch("http://127.0.0.1:9/x.jpg", site)


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "ftp://a.example/x.png", "x.png", "", "http://[1/x.png"]
)
def test_nothing_but_the_web_is_asked(url: str) -> None:
    with pytest.raises(Permanent, match="is no address of the web"):
        covers.fetch(url)


HERE = [
    "http://127.0.0.1:{}/png",
    "http://localhost:{}/png",
    "http://127.1:{}/png",
    "http://[::1]:{}/png",
    "http://[::ffff:127.0.0.1]:{}/png",
    "http://192.168.1.1/x.png",
    "http://169.254.169.254/latest",
    "http://nas.local/x.png",
    "http://nas/x.png",
]


@pytest.mark.parametrize("url", HERE)
def test_nothing_on_this_network_is_asked(site: str, url: str) -> None:
    """No service keeps its pictures there, and some routers do as they are asked."""
    with pytest.raises(Permanent, match="is an address of this network"):
        covers.fetch(url.format(site.rpartition(":")[2]))


def test_nor_is_it_where_a_picture_is_said_to_have_gone(site: str) -> None:
    with pytest.raises(Permanent, match=r"10\.0\.0\.1/router.png: is an address of this network"):
        covers.fetch(f"{site}/away", site)


def test_a_stand_in_takes_the_place_of_all_sites() -> None:
    with Sandbox(Catalogue()) as sandbox:
        one = covers.fetch("https://i.scdn.co/image/ab67616d0000b273", sandbox.url)
        other = covers.fetch("https://i1.sndcdn.com/artworks-1-t500x500.jpg", sandbox.url)
    assert one != other and covers.suffix(one) == covers.suffix(other) == "png"
