"""What every sandbox has: the wire, counters, faults, calls from outside."""

from __future__ import annotations

import http.client
import json
import socket
import threading
from contextlib import closing

import pytest

from adapters.sandbox.faults import Fault, Faults
from adapters.sandbox.messages import Request, Response
from adapters.sandbox.registry import SANDBOXES, sandbox
from adapters.sandbox.server import Server
from tests.adapters.sandbox.wire import Wire


class Echo(Server):
    """Says what it heard."""

    name = "echo"
    calls = ("fault", "forget", "shout")

    def answer(self, request: Request) -> Response:
        if request.segments == ("broken",):
            raise RuntimeError("a defect")
        heard = {"path": request.path, "query": dict(request.query), "body": request.body.decode()}
        return Response.json(heard | {"host": request.host})

    def shout(self, text: str) -> str:
        return text.upper()


def test_a_connection_stays_open() -> None:
    with Echo() as echo, closing(http.client.HTTPConnection("127.0.0.1", echo.port)) as connection:
        connection.connect()
        first = connection.sock
        for word in ("one", "two"):
            connection.request("POST", f"/{word}", b"text")
            told = json.loads(connection.getresponse().read())
            assert (told["path"], told["body"]) == (f"/{word}", "text")
        assert connection.sock is first


def test_doubled_slashes_and_escapes_in_paths() -> None:
    with Echo() as echo:
        assert Wire(echo).get("//a//b%2Fc/", q="ä b")["path"] == "/a/b/c"
        assert Wire(echo).get("/", q="ä b", empty="")["query"] == {"q": "ä b", "empty": ""}


def test_the_host_is_the_one_that_the_client_called() -> None:
    with Echo() as echo:
        answer = Wire(echo)("GET", "/", headers={"Host": "api.example:99"})
        assert answer.json["host"] == "http://api.example:99"


def test_a_body_in_chunks() -> None:
    with Echo() as echo, closing(http.client.HTTPConnection("127.0.0.1", echo.port)) as connection:
        connection.request("POST", "/", iter([b"one ", b"two"]), encode_chunked=True)
        assert json.loads(connection.getresponse().read())["body"] == "one two"
        connection.request("GET", "/next")
        assert json.loads(connection.getresponse().read())["path"] == "/next"


def test_a_defect_is_a_500_that_says_so_and_prints_nothing(
    capfd: pytest.CaptureFixture[str],
) -> None:
    with Echo() as echo:
        answer = Wire(echo)("GET", "/broken")
    assert (answer.status, answer.text) == (500, "the sandbox failed: RuntimeError: a defect")
    assert capfd.readouterr() == ("", "")


def test_many_at_once() -> None:
    with Echo() as echo:
        threads = [threading.Thread(target=Wire(echo).get, args=(f"/{n}",)) for n in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sum(echo.requests.values()) == 20


def test_stopped_it_lets_go_of_port_and_connections() -> None:
    echo = Echo().start()
    with closing(http.client.HTTPConnection("127.0.0.1", echo.port, timeout=5)) as connection:
        connection.request("GET", "/")
        connection.getresponse().read()
        echo.stop()
        assert connection.sock.recv(1) == b""
    with closing(socket.socket()) as another:
        assert another.connect_ex(("127.0.0.1", echo.port)) != 0


def test_a_port_that_is_taken() -> None:
    with Echo() as echo, pytest.raises(OSError):
        Echo().start(echo.port)


def test_faults_of_the_wire() -> None:
    with Echo() as echo:
        wire = Wire(echo)
        for kind in ("drop", "truncated"):
            echo.fault(kind)
            with pytest.raises((http.client.RemoteDisconnected, http.client.IncompleteRead)):
                wire.get("/")
        echo.fault("slow", seconds=0.01)
        assert wire.get("/")["path"] == "/"
        for kind, status in (("500", 500), ("502 html", 502), ("503", 503), ("504", 504)):
            echo.fault(kind)
            assert wire("GET", "/").status == status
        assert wire("GET", "/").status == 200


def test_a_slow_answer_does_not_hold_up_a_stop() -> None:
    echo = Echo().start()
    echo.fault("slow", seconds=60)
    asked = threading.Thread(target=lambda: _hung_up(echo))
    asked.start()
    while not echo.requests:
        pass
    echo.stop()
    asked.join(5)
    assert not asked.is_alive()


def _hung_up(echo: Echo) -> None:
    with pytest.raises((OSError, http.client.HTTPException)):
        Wire(echo).get("/")


def test_a_fault_waits_for_its_endpoint_and_its_turn() -> None:
    faults = Faults()
    faults.add(Fault("500", "GET /a", times=2, after=1))
    faults.add(Fault("503", "/b/*"))
    taken = [faults.take(name) for name in ("GET /c", "GET /a", "GET /a", "GET /a", "GET /a")]
    assert [fault and fault.kind for fault in taken] == [None, None, "500", "500", None]
    assert faults.take("GET /b/1", "GET /x") == Fault("503", "/b/*")


def test_an_unknown_fault() -> None:
    with pytest.raises(ValueError, match="no fault 'fire'; there are: 500, "):
        Echo().fault("fire")


def test_other_programs_can_call_it() -> None:
    with Echo() as echo:
        wire = Wire(echo)
        assert wire("POST", "/_sandbox/shout", {"text": "hey"}).json == {"result": "HEY"}
        assert wire("POST", "/_sandbox/fault", {"kind": "500"}).status == 200
        assert wire("GET", "/x").status == 500
        assert wire.get("/_sandbox/requests") == {"GET /x": 1}
        assert wire("POST", "/_sandbox/stop").status == 404
        assert wire("POST", "/_sandbox/shout", {"txt": 1}).status == 400
        assert wire("POST", "/_sandbox/shout", [1]).status == 400


@pytest.mark.parametrize("name", SANDBOXES)
def test_every_sandbox_introduces_itself(name: str) -> None:
    with sandbox(name) as running:
        told = running.introduction()
    assert told["url"].startswith(f"http://127.0.0.1:{running.port}/")
    assert told["token"]
