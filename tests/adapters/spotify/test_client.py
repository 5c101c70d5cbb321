"""What each thing that can go wrong with a request becomes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from adapters.contract import (
    AdapterError,
    Blocked,
    Fatal,
    NotAuthorised,
    Permanent,
    Transient,
)
from adapters.sandbox.clock import Clock
from adapters.sandbox.spotify import Sandbox
from adapters.spotify.client import Client
from tests.adapters.spotify.listening import Listener


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def spotify(clock: Clock) -> Iterator[Sandbox]:
    with Sandbox(clock=clock) as spotify:
        yield spotify


@pytest.fixture
def listener(spotify: Sandbox, clock: Clock) -> Listener:
    return Listener(spotify, clock)


@pytest.fixture
def client(listener: Listener) -> Iterator[Client]:
    client = listener.client(timeout=0.3)
    yield client
    client.close()


@pytest.mark.parametrize("kind", ["401 once", "429 small", "429 text", "500", "502 html", "drop"])
def test_what_passes_is_tried_once_more(spotify: Sandbox, client: Client, kind: str) -> None:
    spotify.fault(kind)
    assert client.me()["id"] == spotify.account
    assert client.quota.used == 2


@pytest.mark.parametrize(
    ("kind", "meaning"),
    [
        ("401 once", NotAuthorised),
        ("429 small", Blocked),
        ("429 huge", Blocked),
        ("429 text", Blocked),
        ("quota", Blocked),
        ("403", Permanent),
        ("403 unregistered", Fatal),
        ("403 no premium", Fatal),
        ("404", Permanent),
        ("500", Transient),
        ("502 html", Transient),
        ("503", Transient),
        ("504", Transient),
        ("drop", Transient),
        ("truncated", Transient),
        ("slow", Transient),
    ],
)
def test_what_does_not_pass_is_one_of_the_errors(
    spotify: Sandbox, client: Client, kind: str, meaning: type[AdapterError]
) -> None:
    spotify.fault(kind, times=5, seconds=1 if kind == "slow" else None)
    with pytest.raises(AdapterError) as raised:
        client.me()
    assert type(raised.value) is meaning
    assert "\n" not in str(raised.value) and spotify.token not in str(raised.value)
    assert client.quota.used <= 2


def test_a_full_quota_says_until_when_and_is_not_slept_through(
    spotify: Sandbox, client: Client, listener: Listener, clock: Clock
) -> None:
    spotify.fault("quota")
    with pytest.raises(Blocked) as raised:
        client.me()
    assert raised.value.until == clock() + 48_925
    assert listener.slept == []


def test_a_full_window_is_waited_for(spotify: Sandbox, client: Client, listener: Listener) -> None:
    spotify.fault("429 small", seconds=7)
    client.me()
    assert listener.slept == [7.0]


def test_a_missing_permission_says_what_to_type(
    spotify: Sandbox, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    narrow = spotify.accounts.token("playlist-read-private")
    monkeypatch.setattr(client.tokens, "access", lambda: narrow)
    with pytest.raises(NotAuthorised, match="sync login spotify"):
        client.liked(0)


def test_nothing_plays(spotify: Sandbox, client: Client) -> None:
    assert client.playing() is None
    spotify.play("", "")
    assert client.playing() is not None


def test_no_server_is_told_in_a_line(spotify: Sandbox, client: Client) -> None:
    spotify.stop()
    with pytest.raises(Transient, match="connection to Spotify"):
        client.me()
