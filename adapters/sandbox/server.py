"""A small HTTP server for stand-ins of services: threads, keep-alive, no prints, faults on request.

A service subclasses `Server` and answers in `answer`. Whatever a person or a test may do to it
while it runs is a method named in `calls`; other programs reach these with `POST /_sandbox/NAME`
and a JSON object of arguments, and the counters with `GET /_sandbox/requests`.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from collections import Counter
from http.client import responses
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar, Self
from urllib.parse import parse_qsl, unquote, urlsplit

from adapters.sandbox.faults import Fault, Faults
from adapters.sandbox.messages import Request, Response

CONTROL = "_sandbox"
"""First segment of the paths that are ours and not the service's."""
SLOW = 10.0
"""Seconds that a slow answer takes, if nobody says otherwise."""
IDLE = 300.0
"""Seconds after which a connection that sends nothing is given up."""


class Server:
    """A service on a port of 127.0.0.1, from `start` to `stop`, or as a context manager.

    Args of `start`: a port, 0 for any free one. Raises OSError if it is taken.
    """

    name: ClassVar[str]
    calls: ClassVar[tuple[str, ...]] = ("fault",)

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.requests: Counter[str] = Counter()
        self.log: list[tuple[str, str, int]] = []
        self.faults = Faults()
        self.stopped = threading.Event()
        self.port = 0
        self._http: _Http | None = None

    # ---- what a service says of itself -------------------------------------------------------

    def answer(self, request: Request) -> Response:
        """The answer to a request; called under the lock."""
        raise NotImplementedError

    def endpoint(self, request: Request) -> str:
        """The name under which a request is counted, such as `GET /playlists/{id}`."""
        return f"{request.method} {request.path}"

    def faulty(self, fault: Fault, request: Request) -> Response | None:
        """What a fault answers in the service's own words; None leaves it to what all know."""
        return None

    def introduction(self) -> dict[str, str]:
        """`url`, `token` and whatever else a client needs; only while it runs."""
        raise NotImplementedError

    # ---- from start to stop ------------------------------------------------------------------

    def start(self, port: int = 0) -> Self:
        self.stopped.clear()
        self._http = _Http(self, port)
        self.port = self._http.server_address[1]
        threading.Thread(
            target=self._http.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
        ).start()
        return self

    def stop(self) -> None:
        self.stopped.set()
        if self._http is not None:
            self._http.shutdown()
            self._http.server_close()
            self._http.hang_up()
            self._http = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def root(self) -> str:
        """Scheme, host and port, without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"

    # ---- what a test may ask -----------------------------------------------------------------

    def fault(
        self,
        kind: str,
        *,
        endpoint: str = "*",
        times: int = 1,
        after: int = 0,
        seconds: float | None = None,
    ) -> None:
        """Let requests go wrong.

        Args:
            kind: one of `adapters.sandbox.faults.KINDS`, or of the service's own.
            endpoint: a pattern (`*`, `?`) of the counted name or of the path itself, with or
                without the method.
            times: for so many requests.
            after: let so many matching ones through first.
            seconds: how long `slow` takes, or what `Retry-After` says.

        Raises:
            ValueError: there is no such kind.
        """
        with self.lock:
            self.faults.add(Fault(kind, endpoint, times, after, seconds), self.kinds)

    kinds: ClassVar[tuple[str, ...]] = ()

    def forget(self) -> None:
        """Set all counters to nothing."""
        with self.lock:
            self.requests.clear()
            self.log.clear()

    # ---- one request -------------------------------------------------------------------------

    def handle(self, request: Request) -> tuple[Response, str]:
        """An answer, and what the wire has to do to it: `""`, `drop`, `truncated`."""
        if request.segments[:1] == (CONTROL,):
            return self._control(request), ""
        endpoint = self.endpoint(request)
        with self.lock:
            self.requests[endpoint] += 1
            fault = self.faults.take(endpoint, f"{request.method} {request.path}")
        if fault is not None and fault.kind == "slow":
            self.stopped.wait(fault.seconds or SLOW)
            if self.stopped.is_set():
                return Response(503), "drop"
        with self.lock:
            answer = None
            if fault is not None:
                answer = self.faulty(fault, request) or fault.response()
            if answer is None:
                answer = self.answer(request)
            self.log.append((endpoint, request.path, answer.status))
        wire = fault.kind if fault is not None and fault.kind in ("drop", "truncated") else ""
        return answer, wire

    def _control(self, request: Request) -> Response:
        what = "/".join(request.segments[1:])
        if request.method == "GET" and what == "requests":
            with self.lock:
                return Response.json(dict(self.requests))
        if request.method != "POST" or what not in self.calls:
            there = ", ".join(sorted(self.calls))
            return Response.json({"error": f"no such call; there are: {there}"}, 404)
        told = request.json() or {}
        try:
            with self.lock:
                result = getattr(self, what)(**told)
        except (TypeError, ValueError, LookupError) as error:
            return Response.json({"error": f"{what}: {error}"}, 400)
        return Response.json({"result": result if isinstance(result, str | int) else None})


class _Http(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, service: Server, port: int) -> None:
        self.service = service
        self.open: set[socket.socket] = set()
        super().__init__(("127.0.0.1", port), _Handler)

    def server_bind(self) -> None:
        """Without the look-up of a name that HTTPServer makes here."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = "127.0.0.1", self.server_address[1]

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is nobody's news."""

    def hang_up(self) -> None:
        for connection in list(self.open):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = IDLE
    server: _Http

    def setup(self) -> None:
        super().setup()
        self.server.open.add(self.connection)

    def finish(self) -> None:
        self.server.open.discard(self.connection)
        super().finish()

    def _answer(self) -> None:
        url = urlsplit(self.path)
        pairs = tuple(parse_qsl(url.query, keep_blank_values=True))
        request = Request(
            self.command,
            tuple(unquote(part) for part in url.path.split("/") if part),
            dict(pairs),
            self.headers,
            self._body(),
            pairs,
        )
        try:
            response, wire = self.server.service.handle(request)
        except Exception as error:
            # A defect of ours must look like one, and not like a connection that was lost.
            text = f"the sandbox failed: {type(error).__name__}: {error}"
            response, wire = Response.text(text, 500), ""
        self._send(response, wire)

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = do_HEAD = do_OPTIONS = _answer

    def _body(self) -> bytes:
        if "chunked" in self.headers.get("Transfer-Encoding", "").lower():
            parts = []
            while size := int(self.rfile.readline().split(b";")[0], 16):
                parts.append(self.rfile.read(size))
                self.rfile.readline()
            while self.rfile.readline().strip():
                pass
            return b"".join(parts)
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def _send(self, response: Response, wire: str) -> None:
        if wire == "drop":
            self.close_connection = True
            return
        lines = [f"HTTP/1.1 {response.status} {responses.get(response.status, '')}"]
        lines += [f"{key}: {value}" for key, value in response.headers.items()]
        lines.append(f"Date: {self.date_time_string()}")
        body = response.body or b""
        if response.status != 204 and response.status >= 200:
            lines.append(f"Content-Length: {len(body)}")
        if wire == "truncated":
            body = body[: len(body) // 2]
            self.close_connection = True
        head = "\r\n".join(lines).encode("latin-1", "replace") + b"\r\n\r\n"
        self.wfile.write(head if self.command == "HEAD" else head + body)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing is printed."""
