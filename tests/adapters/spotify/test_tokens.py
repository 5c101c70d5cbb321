"""An access token that works, without ever asking anybody; and what happens when consent ends."""

from __future__ import annotations

import stat
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from adapters.contract import Fatal, NotAuthorised, Transient
from adapters.sandbox.clock import Clock
from adapters.sandbox.messages import Response
from adapters.sandbox.spotify import Sandbox
from adapters.sandbox.spotify.accounts import dies
from adapters.spotify.settings import SpotifySettings
from adapters.spotify.store import Login, Pair, Store
from adapters.spotify.tokens import Tokens
from state.locks import lock
from tests.adapters.spotify.people import Memory, consent, settings, using

REFRESH = "POST /api/token"


@pytest.fixture
def spotify() -> Iterator[Sandbox]:
    with Sandbox(clock=Clock()) as started:
        yield started


@pytest.fixture
def store(spotify: Sandbox, tmp_path: Path) -> Store:
    """Of somebody who logged in just now."""
    made = Store(tmp_path)
    with made.alone():
        made.keep_new(*consent(spotify))
    return made


@pytest.fixture
def tokens(spotify: Sandbox, store: Store, tmp_path: Path) -> Tokens:
    return Tokens(settings(spotify), tmp_path, now=spotify.clock)


def login(store: Store) -> Login:
    found = store.read()
    assert found is not None
    return found


def works(spotify: Sandbox, token: str) -> bool:
    return spotify.accounts.tokens[token].until > spotify.clock()


def refused(call: Callable[[], str]) -> NotAuthorised:
    with pytest.raises(NotAuthorised) as raised:
        call()
    line = str(raised.value)
    assert line.isprintable() and "sync login spotify" in line
    return raised.value


# ---- as it should be ---------------------------------------------------------------------------


def test_a_token_that_is_good_is_used_without_asking(spotify: Sandbox, tokens: Tokens) -> None:
    first = tokens.access()
    spotify.advance(3500)
    assert tokens.access() == first and works(spotify, first)
    assert spotify.requests[REFRESH] == 0


def test_with_less_than_a_minute_left_there_is_a_new_one(
    spotify: Sandbox, tokens: Tokens, store: Store, tmp_path: Path
) -> None:
    before = store.pair(login(store))
    spotify.advance(3541)
    fresh = tokens.access()
    assert fresh != before.access and works(spotify, fresh)
    after = store.pair(login(store))
    assert after == Pair(fresh, spotify.clock() + 3600, before.refresh)
    assert login(store).authorized_at == spotify.clock() - 3541
    assert stat.S_IMODE(store.path.stat().st_mode) == 0o600
    assert Tokens(settings(spotify), tmp_path, now=spotify.clock).access() == fresh
    assert spotify.requests[REFRESH] == 1


def test_after_a_401_there_is_another(spotify: Sandbox, tokens: Tokens) -> None:
    first = tokens.access()
    second = tokens.renew()
    assert second != first and tokens.access() == second
    assert spotify.requests[REFRESH] == 1


def test_a_new_refresh_token_takes_the_place_of_the_old(
    spotify: Sandbox, tokens: Tokens, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The service may give one with any answer, and does not honour the old one from then on."""
    plain = spotify.accounts.answer_token
    given = spotify.accounts.agree()

    def rotating(request: object) -> Response:
        told = msgspec.json.decode(plain(request).body)  # type: ignore[arg-type]
        return Response.json({**told, "refresh_token": given})

    monkeypatch.setattr(spotify.accounts, "answer_token", rotating)
    tokens.renew()
    assert store.pair(login(store)).refresh == given


def test_what_another_process_renewed_is_taken_over(
    spotify: Sandbox, tokens: Tokens, tmp_path: Path
) -> None:
    tokens.access()
    other = Tokens(settings(spotify), tmp_path, now=spotify.clock)
    assert tokens.renew() == other.access()
    both = [other.renew(), tokens.renew()]
    assert both[0] == both[1] and spotify.requests[REFRESH] == 2


def test_many_at_once_renew_once(spotify: Sandbox, store: Store, tmp_path: Path) -> None:
    spotify.advance(3600)
    given: list[str] = []

    def ask() -> None:
        given.append(Tokens(settings(spotify), tmp_path, now=spotify.clock).access())

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(given) == 6 and len(set(given)) == 1
    assert spotify.requests[REFRESH] == 1


def test_in_a_keyring_it_goes_the_same_way(spotify: Sandbox, tmp_path: Path) -> None:
    memory, store = Memory(), Store(tmp_path)
    with using(memory):
        with store.alone():
            store.keep_new(*consent(spotify))
        text = store.path.read_text()
        tokens = Tokens(settings(spotify), tmp_path, now=spotify.clock)
        spotify.advance(3600)
        fresh = tokens.access()
        assert fresh in next(iter(memory.kept.values())) and len(memory.kept) == 1
        assert store.path.read_text() == text and fresh not in text


# ---- the end of a consent ----------------------------------------------------------------------


def test_half_a_year_later_it_says_what_to_type_and_asks_no_more(
    spotify: Sandbox, tokens: Tokens, store: Store, tmp_path: Path
) -> None:
    before = store.pair(login(store))
    for _ in range(170):  # used every day: that does not make it live longer
        spotify.advance(days=1)
        tokens.access()
    spotify.advance(days=15)
    error = refused(tokens.access)
    assert "login of 2026-11-22" in str(error) and error.expired == "Refresh token expired"
    asked = spotify.requests[REFRESH]
    for again in (tokens, Tokens(settings(spotify), tmp_path, now=spotify.clock)):
        assert refused(again.access).expired == refused(again.renew).expired == error.expired
    assert spotify.requests[REFRESH] == asked == 171
    dead = login(store)
    assert dead.dead == "Refresh token expired" and store.pair(dead).refresh == before.refresh


def test_a_permission_that_was_taken_back(spotify: Sandbox, tokens: Tokens) -> None:
    tokens.access()
    spotify.revoke()
    assert refused(tokens.renew).expired == "Refresh token revoked"


def test_a_new_login_works_while_an_old_run_goes_on(
    spotify: Sandbox, tokens: Tokens, store: Store
) -> None:
    tokens.access()
    spotify.revoke()
    refused(tokens.renew)
    with store.alone():
        store.keep_new(*consent(spotify))
    assert works(spotify, tokens.renew())


@pytest.mark.parametrize("day", ["2026-08-31", "2026-11-22", "2027-12-31", "2028-02-29"])
def test_the_day_on_which_it_ends_is_the_services(day: str) -> None:
    at = datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp()
    assert Login("", at, ()).good_until == dies(at)


# ---- nothing to work with ----------------------------------------------------------------------


def test_who_never_logged_in_is_told_to(spotify: Sandbox, tmp_path: Path) -> None:
    nobody = Tokens(settings(spotify), tmp_path)
    for call in (nobody.access, nobody.renew):
        error = refused(call)
        assert str(error) == "not logged in to Spotify: sync login spotify" and not error.expired


def test_without_a_client_id(store: Store, tmp_path: Path) -> None:
    assert "client_id is empty" in str(refused(Tokens(SpotifySettings(), tmp_path).access))


def test_another_app_and_other_scopes(spotify: Sandbox, store: Store, tmp_path: Path) -> None:
    other = Tokens(settings(spotify, client_id="other"), tmp_path, now=spotify.clock)
    assert "another app than client_id 'other'" in str(refused(other.access))
    made, pair = consent(spotify)
    with store.alone():
        store.keep_new(msgspec.structs.replace(made, scopes=made.scopes[:2]), pair)
    less = Tokens(settings(spotify), tmp_path, now=spotify.clock)
    assert "user-library-read, user-read-currently-playing" in str(refused(less.access))


def test_an_app_that_is_gone_is_no_expired_login(
    spotify: Sandbox, tokens: Tokens, store: Store
) -> None:
    spotify.accounts.client_id = "another"
    error = refused(tokens.renew)
    assert "knows no app" in str(error) and not error.expired and not login(store).dead


# ---- faults ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "kind", ["429 small", "429 huge", "500", "502 html", "503", "504", "drop", "truncated"]
)
def test_trouble_there_changes_nothing_here(
    spotify: Sandbox, tokens: Tokens, store: Store, kind: str
) -> None:
    spotify.advance(3600)
    before = store.path.read_bytes()
    spotify.fault(kind, endpoint="*/token")
    with pytest.raises(Transient) as raised:
        tokens.access()
    assert str(raised.value).isprintable() and "127.0.0.1" in str(raised.value)
    assert raised.value.retry_after == {"429 small": 3, "429 huge": 86_400}.get(kind, 0)
    assert store.path.read_bytes() == before
    assert works(spotify, tokens.access())


@pytest.mark.parametrize("kind", ["403", "404"])
def test_a_refusal_that_is_none_of_the_known(spotify: Sandbox, tokens: Tokens, kind: str) -> None:
    spotify.advance(3600)
    spotify.fault(kind, endpoint="*/token")
    with pytest.raises(Fatal, match=rf"refused a token \(HTTP {kind}"):
        tokens.access()


def test_a_service_that_repeats_the_token_is_not_quoted(
    spotify: Sandbox, tokens: Tokens, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = store.pair(login(store)).refresh
    told = {"error": "invalid_grant", "error_description": f"not honoured: {secret}"}
    monkeypatch.setattr(spotify.accounts, "answer_token", lambda _: Response.json(told, 400))
    error = refused(tokens.renew)
    assert secret not in str(error) and error.expired == "invalid_grant"


def test_tokens_that_cannot_be_kept_are_not_used(
    spotify: Sandbox, tokens: Tokens, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The service may have made the old refresh token worthless: that must be said, not found."""
    before = store.path.read_bytes()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("os.fsync", full)
        with pytest.raises(Fatal, match="cannot be kept: No space left on device"):
            tokens.renew()
    assert store.path.read_bytes() == before
    assert works(spotify, tokens.renew())


def test_a_renewal_that_hangs_elsewhere_is_not_waited_for(store: Store) -> None:
    with (
        lock(store.path.with_suffix(".lock"), "another"),
        pytest.raises(Transient, match="another process is renewing the login"),
        store.alone(wait=0.05),
    ):
        raise AssertionError("two hold the lock")


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "secrets").write_bytes(b"a file")
    with pytest.raises(Fatal, match="secrets: "), Store(tmp_path).alone():
        raise AssertionError("there is no such folder")


def test_no_token_shows_in_any_form(store: Store) -> None:
    found = login(store)
    pair = store.pair(found)
    for text in (repr(pair), repr(found), str(found), f"{[found]}"):
        assert pair.access not in text and pair.refresh not in text
