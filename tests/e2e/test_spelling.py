"""A file system that lists names in another spelling than they were given."""

from __future__ import annotations

import unicodedata

import pytest

from tests.crate import Crate, Song


@pytest.mark.parametrize(
    "listed", ["björk", unicodedata.normalize("NFD", "Björk")], ids=["lower case", "decomposed"]
)
def test_another_spelling_in_a_listing_is_no_news(crate: Crate, listed: str) -> None:
    songs = [Song(1, "one", "her", 1), Song(2, "two", "her", 1)]
    for each in songs:
        crate.music(each)
    crate.playlist("Björk", songs)
    assert crate.sync("reconcile").code == 0
    (crate.root / "Björk").rename(crate.root / listed)
    (crate.root / "Björk").symlink_to(crate.root / listed)  # as where both spellings lead there
    told = crate.sync("reconcile", "--json")
    assert (told.code, told.summary["events"]) == (0, 0), told
    assert crate.sync("replay").code == 0
    crate.playlist("Björk", songs[:1])
    moved = crate.sync("reconcile", "--json")
    assert (moved.code, moved.summary["actions"]) == (0, {"move": 1, "write": 1}), moved
