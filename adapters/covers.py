"""Pictures by their addresses: a JPEG or a PNG of a bearable size, or a clear error."""

from __future__ import annotations

import http.client
import urllib.error
import urllib.request
from ipaddress import ip_address
from typing import IO
from urllib.parse import urlsplit
from urllib.request import Request

from adapters.contract import Permanent, Transient

MOST = 4_000_000
"""Bytes: what is larger is not written into every file of an album."""
PATIENCE = 15.0
"""Seconds without a word from the server."""

_GONE = {400, 401, 403, 404, 405, 410, 451}
_BEGINNINGS = {b"\xff\xd8\xff": "jpg", b"\x89PNG\r\n\x1a\n": "png"}


def fetch(url: str, base_url: str = "") -> bytes:
    """The bytes of a picture.

    Args:
        base_url: a stand-in for all sites: `https://HOST/PATH` is asked for at `api/HOST/PATH`
            there.

    Raises:
        Permanent: there is none at this address, or none that can be used.
        Transient: not now.
    """
    stand_in = _host(base_url) if base_url else ""
    host = _checked(url, stand_in)
    if base_url and host != stand_in:
        url = f"{base_url.rstrip('/')}/api/{host}{urlsplit(url).path}"
    asked = urllib.request.Request(url, headers={"User-Agent": "cratelog"})
    opener = urllib.request.build_opener(_Redirects(stand_in))
    try:
        with opener.open(asked, timeout=PATIENCE) as answer:
            data: bytes = answer.read(MOST + 1)
    except urllib.error.HTTPError as error:
        with error:
            kind = Permanent if error.code in _GONE else Transient
            raise kind(f"{url}: {error.code} {error.reason}") from None
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise Transient(f"{url}: {getattr(error, 'reason', '') or error}") from None
    if len(data) > MOST:
        raise Permanent(f"{url}: is larger than {MOST // 1_000_000} MB")
    if not suffix(data):
        raise Permanent(f"{url}: is neither a JPEG nor a PNG")
    return data


def suffix(data: bytes) -> str:
    """`jpg` or `png`, by how it begins; empty: neither."""
    return next((name for begins, name in _BEGINNINGS.items() if data.startswith(begins)), "")


class _Redirects(urllib.request.HTTPRedirectHandler):
    """What an answer leads to is checked like the address itself."""

    def __init__(self, stand_in: str) -> None:
        self.stand_in = stand_in

    def redirect_request(
        self,
        req: Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: http.client.HTTPMessage,
        newurl: str,
    ) -> Request | None:
        _checked(newurl, self.stand_in)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _checked(url: str, stand_in: str) -> str:
    """The host that is asked: of the web, or the stand-in for it."""
    host = _host(url)
    if not host:
        raise Permanent(f"{url}: is no address of the web")
    if _is_near(host) and host != stand_in:
        raise Permanent(f"{url}: is an address of this network, not of the web")
    return host


def _host(url: str) -> str:
    """Empty: it is no address of the web."""
    try:
        address = urlsplit(url)
    except ValueError:
        return ""
    return (address.hostname or "") if address.scheme in ("https", "http") else ""


def _is_near(host: str) -> bool:
    """Whether a host is this machine, or one of its network."""
    name = host.rstrip(".")
    if ("." not in name and ":" not in name) or name.endswith((".local", ".localhost")):
        return True
    try:
        address = ip_address(name)
    except ValueError:
        return name.rpartition(".")[2].isdecimal()  # a short form: `127.1`
    mapped = getattr(address, "ipv4_mapped", None)
    return not (mapped or address).is_global
