"""Pictures by their addresses: a JPEG or a PNG of a bearable size, or a clear error."""

from __future__ import annotations

import http.client
import urllib.error
import urllib.request
from ipaddress import ip_address
from urllib.parse import urlsplit

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
    address = urlsplit(url)
    if address.scheme not in ("https", "http") or not address.hostname:
        raise Permanent(f"{url}: is no address of the web")
    if base_url and not _is_here(address.hostname):
        url = f"{base_url.rstrip('/')}/api/{address.hostname}{address.path}"
    asked = urllib.request.Request(url, headers={"User-Agent": "cratelog"})
    try:
        with urllib.request.urlopen(asked, timeout=PATIENCE) as answer:
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


def _is_here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
