"""Addresses at Spotify, as people copy them."""

from __future__ import annotations

import pytest

from adapters.spotify.single import Address, address

ID = "37i9dQZF1DXcBWIGoYBM5M"


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        (f"https://open.spotify.com/playlist/{ID}", "playlist"),
        (f"https://open.spotify.com/playlist/{ID}?si=0123456789abcdef&pt=x", "playlist"),
        (f"https://open.spotify.com/intl-pt-BR/album/{ID}#top", "album"),
        (f"http://open.spotify.com/track/{ID}/", "track"),
        (f"open.spotify.com/embed/playlist/{ID}?utm_source=generator", "playlist"),
        (f"https://open.spotify.com/user/some.body/playlist/{ID}", "playlist"),
        (f"spotify:user:somebody:playlist:{ID}", "playlist"),
        (f" spotify:track:{ID}\n", "track"),
        (f"spotify:episode:{ID}", "episode"),
    ],
)
def test_an_address(said: str, kind: str) -> None:
    assert address(said) == Address(kind, ID)


@pytest.mark.parametrize(
    "said",
    [
        "",
        ID,
        f"https://open.spotify.com/playlist/{ID}x",
        f"https://open.spotify.com/playlist/{ID[:-1]}",
        f"https://open.spotify.com.evil.example/playlist/{ID}",
        f"https://evil.example/?open.spotify.com/playlist/{ID}",
        f"https://open.spotify.com/playlist/{ID[:-3]}/..",
        "https://open.spotify.com/collection/tracks",
        "https://spotify.link/abcdef",
        "spotify:local:A:B:C:100",
    ],
)
def test_no_address(said: str) -> None:
    assert address(said) is None
