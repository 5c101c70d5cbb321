"""`sync sandbox`: a program of its own that others can be pointed at."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from socket import create_server
from typing import Any

import pytest

SYNC = [sys.executable, "-c", "from engine.cli.app import main; main()", "sandbox"]


@contextmanager
def running(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The process and its first line."""
    with subprocess.Popen(
        [*SYNC, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        try:
            yield process, process.stdout.readline()
        finally:
            process.kill()


def ended(process: subprocess.Popen[str], number: signal.Signals) -> tuple[str, str, int]:
    process.send_signal(number)
    assert process.stdout is not None
    assert process.stderr is not None
    return process.stdout.read(), process.stderr.read(), process.wait(20)


def asked(url: str, token: str) -> Any:
    request = urllib.request.Request(url, headers={"Authorization": f"Bearer {token}"})
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(request, timeout=10) as response:
        return json.load(response)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_first_line_is_all_that_a_client_needs(number: signal.Signals) -> None:
    with running("spotify", "--json") as (process, first):
        told = json.loads(first)
        assert (told["type"], told["schema_version"]) == ("sandbox", 1)
        spotify = told["spotify"]
        me = asked(spotify["url"] + "me", spotify["token"])
        assert me == asked(spotify["url"] + "/me/", spotify["token"])
        assert me["id"] == spotify["user_id"]
        out, err, code = ended(process, number)
    assert code == 0
    assert json.loads(out) == {
        "type": "summary",
        "schema_version": 1,
        "requests": {"spotify": 2},
    }
    assert "Traceback" not in err
    assert "GET" not in err


def test_for_people() -> None:
    with running("spotify") as (process, first):
        out, err, code = ended(process, signal.SIGINT)
    assert (first.strip(), code) == ("spotify", 0)
    assert "token_url" in out
    assert "stopped after 0 requests to spotify" in out
    assert "Ctrl-C" in err


def test_a_port_that_is_wanted_or_taken() -> None:
    with create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = subprocess.run([*SYNC, "--port", str(port)], capture_output=True, text=True)
        assert done.returncode == 1
        assert done.stderr.startswith(f"sync: port {port} for spotify: ")
        assert done.stderr.count("\n") == 1
    with running("spotify", "--port", str(port), "--json") as (_, first):
        assert json.loads(first)["spotify"]["url"] == f"http://127.0.0.1:{port}/v1/"


def test_a_service_that_there_is_not() -> None:
    done = subprocess.run([*SYNC, "spotifi"], capture_output=True, text=True)
    assert done.returncode == 2
    assert "no sandbox 'spotifi'; there are: " in done.stderr
    assert done.stdout == ""
