"""Who may do what: codes, PKCE, scopes, and tokens that grow old."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from adapters.sandbox.clock import Clock
from adapters.sandbox.spotify import Sandbox
from adapters.sandbox.spotify.accounts import challenge, dies
from tests.adapters.sandbox.wire import Answer, Wire

REDIRECT = "http://127.0.0.1:9999/callback"
VERIFIER = "v" * 64


def back(spotify: Sandbox, **changed: str) -> dict[str, str]:
    """What the browser brings back from the log-in."""
    asked = {
        "client_id": spotify.accounts.client_id,
        "response_type": "code",
        "redirect_uri": REDIRECT,
        "code_challenge_method": "S256",
        "code_challenge": challenge(VERIFIER),
        "scope": "user-library-read",
        "state": "x y",
    }
    answer = Wire(spotify)("GET", "/authorize", **(asked | changed))
    assert answer.status == 302, answer.text
    location = answer.headers["Location"]
    assert location.startswith(f"{REDIRECT}?")
    return {key: value[0] for key, value in parse_qs(urlsplit(location).query).items()}


def token(spotify: Sandbox, **form: str) -> Answer:
    told = {"client_id": spotify.accounts.client_id} | form
    return Wire(spotify)("POST", "/api/token", form=told)


def exchange(spotify: Sandbox, code: str, **changed: str) -> Answer:
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": REDIRECT,
        "code_verifier": VERIFIER,
    }
    return token(spotify, **(form | changed))


def test_pkce(spotify: Sandbox) -> None:
    told = back(spotify)
    assert told["state"] == "x y"
    given: dict[str, Any] = exchange(spotify, told["code"]).json
    assert given.keys() == {"access_token", "token_type", "expires_in", "scope", "refresh_token"}
    assert (given["token_type"], given["expires_in"]) == ("Bearer", 3600)
    assert given["scope"] == "user-library-read"
    wire = Wire(spotify, given["access_token"])
    assert wire.get("me/tracks")["total"] == 9
    refused = wire("GET", "me/playlists")
    assert (refused.status, refused.message) == (403, "Insufficient client scope")


@pytest.mark.parametrize(
    ("changed", "error", "description"),
    [
        ({"code_verifier": "other"}, "invalid_grant", "code_verifier was incorrect"),
        ({"code_verifier": ""}, "invalid_request", "code_verifier must be supplied"),
        ({"redirect_uri": "http://127.0.0.1/"}, "invalid_grant", "Invalid redirect URI"),
        ({"code": "AQnone"}, "invalid_grant", "Invalid authorization code"),
        ({"client_id": "other"}, "invalid_client", "Invalid client"),
        ({"client_secret": "wrong"}, "invalid_client", "Invalid client secret"),
        ({"grant_type": "password"}, "unsupported_grant_type", None),
    ],
)
def test_codes_that_do_not_work(
    spotify: Sandbox, changed: dict[str, str], error: str, description: str | None
) -> None:
    answer = exchange(spotify, **({"code": back(spotify)["code"]} | changed))
    assert (answer.status, answer.json["error"]) == (400, error)
    if description:
        assert answer.json["error_description"] == description


def test_a_code_works_once_and_for_ten_minutes(spotify: Sandbox) -> None:
    code = back(spotify)["code"]
    assert exchange(spotify, code).status == 200
    assert exchange(spotify, code).json["error"] == "invalid_grant"
    late = back(spotify)["code"]
    spotify.advance(601)
    assert exchange(spotify, late).json["error_description"] == "Authorization code expired"


def test_without_pkce_the_secret_is_needed(spotify: Sandbox) -> None:
    code = back(spotify, code_challenge="")["code"]
    assert exchange(spotify, code).json["error_description"] == "Invalid client secret"
    pair = f"{spotify.accounts.client_id}:{spotify.accounts.client_secret}"
    basic = {"Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT}
    answer = Wire(spotify)("POST", "/api/token", form=form, headers=basic)
    assert answer.json["refresh_token"]


def test_the_browser_brings_back_what_went_wrong(spotify: Sandbox) -> None:
    assert back(spotify, scope="everything")["error"] == "invalid_scope"
    assert back(spotify, response_type="token")["error"] == "unsupported_response_type"
    spotify.accounts.deny = True
    assert back(spotify) == {"error": "access_denied", "state": "x y"}


@pytest.mark.parametrize(
    ("redirect", "status"),
    [
        ("http://127.0.0.1:1/callback", 302),
        ("http://[::1]:1/", 302),
        ("http://localhost:1/callback", 400),
        ("http://example.com/callback", 400),
        ("http://127.0.0.1:no/callback", 400),
        ("", 400),
    ],
)
def test_where_a_browser_is_sent(spotify: Sandbox, redirect: str, status: int) -> None:
    asked = {"client_id": spotify.accounts.client_id, "response_type": "code"}
    assert Wire(spotify)("GET", "/authorize", redirect_uri=redirect, **asked).status == status


def test_registered_addresses_are_exact_but_for_the_port_of_loopback_ones() -> None:
    registered = ("http://127.0.0.1/callback", "https://example.com/done")
    with Sandbox(redirects=registered) as spotify:
        asked = {"client_id": spotify.accounts.client_id, "response_type": "code"}
        for redirect, status in (
            ("http://127.0.0.1:777/callback", 302),
            ("https://example.com/done", 302),
            ("http://127.0.0.1:777/other", 400),
            ("https://example.com:1/done", 400),
        ):
            answer = Wire(spotify)("GET", "/authorize", redirect_uri=redirect, **asked)
            assert answer.status == status, redirect


def test_a_bogus_app_is_found_out_after_the_log_in(spotify: Sandbox) -> None:
    answer = Wire(spotify)("GET", "/authorize", client_id="bogus", redirect_uri=REDIRECT)
    assert answer.status == 303
    assert Wire(spotify)("GET", answer.headers["Location"]).status == 400


def test_an_access_token_lives_for_an_hour(spotify: Sandbox, wire: Wire) -> None:
    spotify.advance(3599)
    assert wire("GET", "me").status == 200
    spotify.advance(1)
    answer = wire("GET", "me")
    assert answer.status == 401
    assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]


def test_a_refresh_token_dies_six_months_after_consent_however_it_is_used(
    spotify: Sandbox,
) -> None:
    told = spotify.introduction()
    form = {"grant_type": "refresh_token", "refresh_token": told["refresh_token"]}
    for _ in range(6):
        given = token(spotify, **form).json
        assert "refresh_token" not in given
        assert Wire(spotify, given["access_token"])("GET", "me").status == 200
        spotify.advance(days=30)
    assert token(spotify, **form).status == 200
    spotify.advance(days=2)
    assert token(spotify, **form).json == {
        "error": "invalid_grant",
        "error_description": "Refresh token expired",
    }
    code = back(spotify)["code"]
    form["refresh_token"] = exchange(spotify, code).json["refresh_token"]
    assert token(spotify, **form).status == 200


def test_consent_taken_back(spotify: Sandbox, wire: Wire) -> None:
    refresh = spotify.introduction()["refresh_token"]
    spotify.revoke()
    assert wire("GET", "me").status == 401
    answer = token(spotify, grant_type="refresh_token", refresh_token=refresh)
    assert answer.json["error_description"] == "Refresh token revoked"
    unknown = token(spotify, grant_type="refresh_token", refresh_token="AQother")
    assert unknown.json["error_description"] == "Invalid refresh token"


def test_six_months_by_the_calendar() -> None:
    def day(text: str) -> float:
        return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()

    assert dies(day("2026-11-22T10:00:00")) == day("2027-05-22T10:00:00")
    assert dies(day("2026-08-31")) == day("2027-02-28")


def test_an_app_on_its_own(spotify: Sandbox) -> None:
    given = token(
        spotify, grant_type="client_credentials", client_secret=spotify.accounts.client_secret
    ).json
    assert given.keys() == {"access_token", "token_type", "expires_in"}
    wire = Wire(spotify, given["access_token"])
    assert wire("GET", "me").message == "Valid user authentication required"
    assert wire("GET", "search", q="a", type="track").status == 200
    an_id = spotify.find_playlist("Late Night").id
    assert "items" not in wire.get(f"playlists/{an_id}")
    spotify.use_regime("legacy")
    assert wire("GET", f"playlists/{an_id}/tracks").status == 200


@pytest.mark.parametrize(
    ("path", "scope"),
    [
        ("me/playlists", "playlist-read-private"),
        ("me/tracks", "user-library-read"),
        ("me/player", "user-read-playback-state"),
        ("me/player/currently-playing", "user-read-currently-playing"),
        ("me/player/recently-played", "user-read-recently-played"),
        ("me/top/tracks", "user-top-read"),
    ],
)
def test_scopes(spotify: Sandbox, path: str, scope: str) -> None:
    assert Wire(spotify, spotify.accounts.token(scope))("GET", path).status in (200, 204)
    assert Wire(spotify, spotify.accounts.token("streaming"))("GET", path).status == 403


def test_playlists_that_the_scopes_do_not_cover_are_not_listed(spotify: Sandbox) -> None:
    def listed(scope: str) -> set[str]:
        wire = Wire(spotify, spotify.accounts.token(scope))
        return {row["name"] for row in wire.get("me/playlists")["items"]}

    assert "Road Trip" not in listed("playlist-read-private")
    assert "Sunday / Coffee ☕" not in listed("playlist-read-collaborative")
    assert "Road Trip" in listed("playlist-read-collaborative")


def test_tokens_are_not_shared_between_sandboxes(spotify: Sandbox) -> None:
    with Sandbox(clock=Clock()) as other:
        assert Wire(other, spotify.token)("GET", "me").status == 401
