"""Logging in against the stand-in: the pieces of PKCE, the redirect, what goes wrong."""

from __future__ import annotations

import socket
import stat
import string
from collections.abc import Iterator
from pathlib import Path
from queue import Empty, SimpleQueue
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from adapters.contract import Fatal, NotAuthorised, Transient
from adapters.sandbox.clock import Clock
from adapters.sandbox.spotify import Sandbox
from adapters.spotify.accounts import SCOPES
from adapters.spotify.login import Receiver, begin, challenge, code, finish, redirect_uri
from adapters.spotify.settings import CLIENT_ID, SpotifySettings
from adapters.spotify.store import Store
from tests.adapters.spotify.people import Memory, agreed, settings, using

BACK = redirect_uri(8888)


@pytest.fixture
def spotify() -> Iterator[Sandbox]:
    with Sandbox(clock=Clock()) as started:
        yield started


# ---- pieces ------------------------------------------------------------------------------------


def test_the_challenge_is_that_of_the_standard() -> None:
    """RFC 7636, appendix B."""
    given = challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")
    assert given == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


def test_what_the_browser_is_sent_with() -> None:
    made = begin(SpotifySettings(client_id=" abc "), BACK)
    url = urlsplit(made.url)
    asked = {key: value for key, (value,) in parse_qs(url.query).items()}
    assert f"{url.scheme}://{url.netloc}{url.path}" == "https://accounts.spotify.com/authorize"
    assert asked == {
        "client_id": "abc",
        "response_type": "code",
        "redirect_uri": "http://127.0.0.1:8888/callback",
        "code_challenge_method": "S256",
        "code_challenge": challenge(made.verifier),
        "scope": " ".join(SCOPES),
        "state": made.state,
    }
    assert not [scope for scope in SCOPES if "modify" in scope]


def test_the_verifier_is_one_and_no_two_tries_are_alike() -> None:
    one, other = (begin(SpotifySettings(client_id="abc"), BACK) for _ in range(2))
    assert 43 <= len(one.verifier) <= 128
    assert set(one.verifier) <= set(string.ascii_letters + string.digits + "-._~")
    assert one.verifier != other.verifier and one.state != other.state
    assert one.verifier not in one.url and one.verifier not in repr(one)


def test_without_a_client_id_it_says_where_one_comes_from(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(NotAuthorised, match=r"client_id is empty.*sync login spotify"):
        begin(SpotifySettings(), BACK)
    monkeypatch.setenv(CLIENT_ID, "fromoutside")
    assert "client_id=fromoutside" in begin(SpotifySettings(client_id="abc"), BACK).url


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("{uri}?code=c&state={state}", ""),
        ("/callback?state={state}&code=c", ""),
        ("?code=c&state={state}", ""),
        ("{uri}?code=c&state={state}#_=_", ""),
        ("{uri}?code=c&state=another", "its state is not ours"),
        ("{uri}?code=c", "its state is not ours"),
        ("{uri}?error=access_denied&state=another", "its state is not ours"),
        ("{uri}?error=access_denied&state={state}", "was denied in the browser"),
        ("{uri}?error=server_error&state={state}", r"refused the log-in \(server_error\)"),
        ("{uri}?error=%1b[31m%0aevil&state={state}", r"refused the log-in \(31mevil\)"),
        ("{uri}?state={state}", "that is not the address"),
        ("https://accounts.spotify.com/authorize?state={state}", "that is not the address"),
        ("c", "that is not the address"),
        ("", "that is not the address"),
        ("http://[", "that is not the address"),
    ],
)
def test_the_address_that_a_browser_ends_at(address: str, says: str) -> None:
    made = begin(SpotifySettings(client_id="abc"), BACK)
    given = address.format(uri=BACK, state=made.state)
    if not says:
        assert code(made, given) == "c"
        return
    with pytest.raises(NotAuthorised, match=says) as raised:
        code(made, given)
    line = str(raised.value)
    assert line.isprintable() and "sync login spotify" in line and made.state not in line


# ---- the receiver ------------------------------------------------------------------------------


def get(url: str) -> requests.Response:
    with requests.Session() as browser:
        browser.trust_env = False
        return browser.get(url, timeout=5)


def test_the_receiver_hands_on_what_the_browser_came_with(
    capfd: pytest.CaptureFixture[str],
) -> None:
    came: SimpleQueue[str] = SimpleQueue()
    with Receiver(0, came.put) as receiver:
        page = get(f"{receiver.redirect_uri}?code=%3Cscript%3E&state=x")
        assert page.status_code == 200 and "You can close this window" in page.text
        assert "script" not in page.text
        assert came.get(timeout=5) == "/callback?code=%3Cscript%3E&state=x"
    told = capfd.readouterr()
    assert told.out + told.err == ""


def test_the_receiver_cares_for_nothing_else() -> None:
    came: SimpleQueue[str] = SimpleQueue()
    with Receiver(0, came.put) as receiver:
        root = receiver.redirect_uri.removesuffix("/callback")
        for path in ("/favicon.ico", "/", "/callback/x?code=1", "/other?code=1"):
            assert get(root + path).status_code == 404
        with pytest.raises(Empty):
            came.get(timeout=0.05)


def test_a_connection_that_says_nothing_is_in_nobodys_way() -> None:
    """Browsers open some ahead of time."""
    came: SimpleQueue[str] = SimpleQueue()
    with Receiver(0, came.put) as receiver:
        port = urlsplit(receiver.redirect_uri).port
        with socket.create_connection(("127.0.0.1", port or 0)):
            assert get(f"{receiver.redirect_uri}?code=1").ok
            assert came.get(timeout=5) == "/callback?code=1"


def test_the_receiver_is_on_the_loopback_alone_and_says_if_its_port_is_taken() -> None:
    with Receiver(0, print) as receiver:
        port = urlsplit(receiver.redirect_uri).port or 0
        assert receiver.redirect_uri == f"http://127.0.0.1:{port}/callback"
        with pytest.raises(Fatal, match=f"port {port} of 127.0.0.1: .*--paste"):
            Receiver(port, print)
        other = socket.socket()
        with other, pytest.raises(ConnectionRefusedError):
            other.connect(("127.0.0.2", port))


# ---- with the service --------------------------------------------------------------------------


def test_a_login_is_kept(spotify: Sandbox, tmp_path: Path) -> None:
    wanted = settings(spotify)
    made = begin(wanted, BACK)
    login = finish(wanted, tmp_path, made, agreed(made.url), now=spotify.clock)
    assert login.client_id == spotify.accounts.client_id
    assert login.authorized_at == spotify.clock()
    assert sorted(login.scopes) == sorted(SCOPES)
    store = Store(tmp_path)
    assert store.read() == login
    pair = store.pair(login)
    assert spotify.accounts.tokens[pair.access].scopes == set(SCOPES)
    assert pair.until == spotify.clock() + 3600
    assert pair.refresh in spotify.accounts.grants
    assert stat.S_IMODE(store.path.stat().st_mode) == 0o600


def test_a_registered_address_without_a_port_is_met(tmp_path: Path) -> None:
    for registered, port in (("http://127.0.0.1/callback", 5123), (BACK, 8888)):
        with Sandbox(redirects=(registered,)) as spotify:
            made = begin(settings(spotify), redirect_uri(port))
            finish(settings(spotify), tmp_path, made, agreed(made.url))


def test_a_second_login_takes_the_place_of_the_first(spotify: Sandbox, tmp_path: Path) -> None:
    wanted, store, pairs = settings(spotify), Store(tmp_path), []
    for _ in range(2):
        made = begin(wanted, BACK)
        pairs.append(store.pair(finish(wanted, tmp_path, made, agreed(made.url))))
    assert pairs[0] != pairs[1]
    assert pairs[0].refresh not in store.path.read_text()


def test_a_code_is_good_once_and_for_ten_minutes(spotify: Sandbox, tmp_path: Path) -> None:
    wanted = settings(spotify)
    made = begin(wanted, BACK)
    address = agreed(made.url)
    finish(wanted, tmp_path, made, address)
    kept = Store(tmp_path).read()
    with pytest.raises(NotAuthorised, match=r"\(Invalid authorization code\): run sync login"):
        finish(wanted, tmp_path, made, address)
    made = begin(wanted, BACK)
    address = agreed(made.url)
    spotify.advance(601)
    with pytest.raises(NotAuthorised, match="Authorization code expired"):
        finish(wanted, tmp_path, made, address)
    assert Store(tmp_path).read() == kept


def test_another_tries_verifier_is_of_no_use(spotify: Sandbox, tmp_path: Path) -> None:
    wanted = settings(spotify)
    mine, theirs = begin(wanted, BACK), begin(wanted, BACK)
    stolen = agreed(theirs.url).replace(theirs.state, mine.state)
    with pytest.raises(NotAuthorised, match="code_verifier was incorrect"):
        finish(wanted, tmp_path, mine, stolen)
    assert Store(tmp_path).read() is None


def test_a_denied_permission(spotify: Sandbox, tmp_path: Path) -> None:
    spotify.accounts.deny = True
    made = begin(settings(spotify), BACK)
    with pytest.raises(NotAuthorised, match="was denied in the browser"):
        finish(settings(spotify), tmp_path, made, agreed(made.url))
    assert list(tmp_path.iterdir()) == []


def test_an_app_that_spotify_does_not_know(spotify: Sandbox, tmp_path: Path) -> None:
    """The browser ends at a page of Spotify's; a code of somebody else's is of no use either."""
    wanted = settings(spotify, client_id="wrong")
    made = begin(wanted, BACK)
    assert "/login" in agreed(made.url)
    with pytest.raises(NotAuthorised, match=r"knows no app 'wrong': correct .* client_id"):
        finish(wanted, tmp_path, made, f"?code=c&state={made.state}")


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        ("500", r"busy or down \(HTTP 500\)"),
        ("502 html", r"busy or down \(HTTP 502\)"),
        ("503", r"busy or down \(HTTP 503\)"),
        ("429 small", r"busy or down \(HTTP 429\)"),
        ("drop", "cannot be reached"),
        ("truncated", "cannot be reached|half an answer"),
    ],
)
def test_trouble_there_is_one_line(spotify: Sandbox, tmp_path: Path, fault: str, says: str) -> None:
    made = begin(settings(spotify), BACK)
    address = agreed(made.url)
    spotify.fault(fault, endpoint="*/token")
    with pytest.raises(Transient, match=says) as raised:
        finish(settings(spotify), tmp_path, made, address)
    assert raised.value.retry_after == (3 if fault == "429 small" else 0)
    assert Store(tmp_path).read() is None


# ---- where it is kept --------------------------------------------------------------------------


def test_with_a_keyring_the_file_holds_no_token(spotify: Sandbox, tmp_path: Path) -> None:
    memory, store, wanted = Memory(), Store(tmp_path), settings(spotify)
    with using(memory):
        for _ in range(2):
            made = begin(wanted, BACK)
            login = finish(wanted, tmp_path, made, agreed(made.url))
            pair = store.pair(login)
            text = store.path.read_text()
            assert pair.access not in text and pair.refresh not in text
            assert list(memory.kept) == [("cratelog", login.entry)]
        memory.locked = True
        with pytest.raises(NotAuthorised, match=r"in the keyring, which refused .*; unlock it, or"):
            store.pair(login)
        memory.locked = False
        memory.kept.clear()
        with pytest.raises(NotAuthorised, match="the keyring has lost the login"):
            store.pair(login)


def test_where_the_keyring_is_locked_the_file_will_do(spotify: Sandbox, tmp_path: Path) -> None:
    memory, store = Memory(), Store(tmp_path)
    memory.locked = True
    made = begin(settings(spotify), BACK)
    with using(memory):
        login = finish(settings(spotify), tmp_path, made, agreed(made.url))
        assert login.entry == "" and store.pair(login).refresh in store.path.read_text()


def test_a_login_is_forgotten_with_its_entry(spotify: Sandbox, tmp_path: Path) -> None:
    memory, store = Memory(), Store(tmp_path)
    with using(memory):
        made = begin(settings(spotify), BACK)
        finish(settings(spotify), tmp_path, made, agreed(made.url))
        memory.locked = True
        with store.alone(), pytest.raises(Fatal, match="does not let go"):
            store.forget()
        memory.locked = False
        with store.alone():
            assert store.forget() and not store.forget()
    assert memory.kept == {} and store.read() is None


def test_a_login_that_cannot_be_written_leaves_the_old_one(
    spotify: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = settings(spotify)
    made = begin(wanted, BACK)
    first = finish(wanted, tmp_path, made, agreed(made.url))

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    again = begin(wanted, BACK)
    with monkeypatch.context() as patch:
        patch.setattr("os.fsync", full)
        with pytest.raises(Fatal, match=r"spotify.json: the login cannot be kept: No space left"):
            finish(wanted, tmp_path, again, agreed(again.url))
    assert Store(tmp_path).read() == first


def test_a_damaged_file_says_so(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.path.parent.mkdir()
    for text in (b"", b"{", b"[]", b'{"client_id": 1}', b"\xff"):
        store.path.write_bytes(text)
        with pytest.raises(NotAuthorised, match="is damaged: sync login spotify"):
            store.read()
