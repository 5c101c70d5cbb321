"""Logging in to Spotify: a browser is sent there with a challenge, and comes back with a code.

Authorization code with PKCE (RFC 7636), the redirect to a loopback address (RFC 8252). Where the
browser is on another machine, the address that it ends at is pasted.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socketserver import TCPServer
from threading import Thread
from typing import Any, Self
from urllib.parse import parse_qs, urlencode, urlsplit

import msgspec
import requests

from adapters.contract import Fatal, NotAuthorised
from adapters.spotify.accounts import SCOPES, Accounts, Clock, InvalidGrant, client_id
from adapters.spotify.settings import SpotifySettings
from adapters.spotify.store import LOG_IN, Login, Store

CALLBACK = "/callback"
PAGE = (
    b"<!doctype html><title>cratelog</title><p>You can close this window. "
    b"The terminal says whether it worked.</p>"
)


class Attempt(msgspec.Struct, frozen=True):
    """One try to log in."""

    url: str
    """Where the browser is sent."""
    redirect_uri: str
    state: str
    verifier: str

    def __repr__(self) -> str:
        return f"Attempt({self.redirect_uri!r}, …)"


def begin(settings: SpotifySettings, redirect_uri: str) -> Attempt:
    """A new try. Raises NotAuthorised: no client id is known."""
    state, verifier = secrets.token_urlsafe(24), secrets.token_urlsafe(64)
    asked = {
        "client_id": client_id(settings),
        "response_type": "code",
        "redirect_uri": redirect_uri,
        "code_challenge_method": "S256",
        "code_challenge": challenge(verifier),
        "scope": " ".join(SCOPES),
        "state": state,
    }
    url = f"{settings.accounts_url.rstrip('/')}/authorize?{urlencode(asked)}"
    return Attempt(url, redirect_uri, state, verifier)


def challenge(verifier: str) -> str:
    """The S256 challenge of a verifier: BASE64URL(SHA256(verifier)) without padding."""
    digest = hashlib.sha256(verifier.encode("ascii")).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def redirect_uri(port: int) -> str:
    """The address that the browser comes back to; 0: one without a port."""
    return f"http://127.0.0.1{f':{port}' if port else ''}{CALLBACK}"


def code(attempt: Attempt, address: str) -> str:
    """The code in the address that a browser came back to, whole or from its path on.

    Raises:
        NotAuthorised: there is none, it belongs to another try, or the person said no.
    """
    try:
        told = {key: values[-1] for key, values in parse_qs(urlsplit(address).query).items()}
    except ValueError:
        told = {}
    if not {"code", "error"} & told.keys():
        raise NotAuthorised(
            "that is not the address at which the log-in ended: it begins with "
            f"{attempt.redirect_uri} and holds `code=`; run {LOG_IN} again and paste all of it"
        )
    if not secrets.compare_digest(told.get("state", "").encode(), attempt.state.encode()):
        raise NotAuthorised(
            f"that answer belongs to another log-in (its state is not ours): run {LOG_IN} again"
        )
    if told.get("error") == "access_denied":
        raise NotAuthorised(f"the permission was denied in the browser; to try again: {LOG_IN}")
    if "error" in told:
        word = "".join(c for c in told["error"] if c.isalnum() or c in "_-")[:40]
        raise NotAuthorised(f"Spotify refused the log-in ({word}); to try again: {LOG_IN}")
    return told["code"]


def finish(
    settings: SpotifySettings,
    home: Path,
    attempt: Attempt,
    address: str,
    *,
    now: Clock = time.time,
    session: requests.Session | None = None,
) -> Login:
    """Turn the address that a browser came back to into a login, and keep it.

    Raises:
        NotAuthorised: no (`code`), or Spotify does not take the code.
        Transient, Fatal: as `accounts` and `store` say. What was kept before is kept still.
    """
    store, at = Store(home), now()
    accounts = Accounts(settings, now=now, session=session)
    try:
        pair, scopes = accounts.exchange(
            code(attempt, address), attempt.verifier, attempt.redirect_uri
        )
    except InvalidGrant as error:
        raise NotAuthorised(
            f"Spotify does not take that answer ({error}): run {LOG_IN} again"
        ) from None
    with store.alone():
        return store.keep_new(Login(client_id(settings), at, scopes), pair)


class Receiver:
    """Waits on 127.0.0.1 for the browser to come back, as a context manager.

    Args:
        port: 0 for any free one.
        came: is told the path and query that the browser came with; from another thread.

    Raises:
        Fatal: the port is taken.
    """

    def __init__(self, port: int, came: Callable[[str], None]) -> None:
        try:
            self._server = _Server(("127.0.0.1", port), _Handler)
        except OSError as error:
            raise Fatal(
                f"port {port} of 127.0.0.1: {error.strerror}; stop what uses it, or log in with "
                f"--paste"
            ) from None
        self._server.came = came
        self.redirect_uri = redirect_uri(self._server.server_address[1])

    def __enter__(self) -> Self:
        Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    """In threads: browsers open connections ahead of time and say nothing on them."""

    daemon_threads = True
    block_on_close = False
    came: Callable[[str], None]

    def server_bind(self) -> None:
        """Without the host's full name, which takes seconds to look up on some systems."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = "127.0.0.1", self.server_address[1]


class _Handler(BaseHTTPRequestHandler):
    timeout = 10
    server: _Server

    def do_GET(self) -> None:
        there = urlsplit(self.path).path == CALLBACK
        page = PAGE if there else b""
        self.send_response(200 if there else 404)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(page)))
        self.send_header("Connection", "close")
        self.send_header("Referrer-Policy", "no-referrer")
        self.end_headers()
        self.wfile.write(page)
        if there:
            self.server.came(self.path)

    def log_message(self, *_: Any) -> None:
        """Its lines would hold the code."""
