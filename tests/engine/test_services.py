"""The lines of `sync status` about services: read when, blocked until when, asked again when."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from adapters.contract import Blocked
from adapters.sandbox.media import Sandbox
from adapters.sandbox.media.catalogue import Catalogue
from tests.crate import Crate, song
from tests.engine.test_fetching import Site

FETCH = '[fetch]\nsources = ["soundcloud"]\n'


@pytest.fixture
def media() -> Iterator[Sandbox]:
    with Sandbox(Catalogue()) as running:
        yield running


def rows(crate: Crate) -> dict[str, dict[str, Any]]:
    lines = crate.sync("status", "--json").lines
    return {line["service"]: line for line in lines if line["type"] == "service"}


def test_a_look_at_soundcloud_is_told_and_when_the_next_one_is(
    crate: Crate, media: Sandbox
) -> None:
    media.like("oskar", media.upload("Harbour Lights", "Rhea Lund", 3))
    section = f'[soundcloud]\nbase_url = "{media.url}"\nlikes = ["oskar"]\npoll_minutes = 60\n'
    crate.configure(extra=section)
    crate.reconcile()
    row = rows(crate)["soundcloud"]
    assert (row["playlists"], row["waiting"], row["blocked"]) == (1, 0, 0)
    assert row["again"] == row["read"] + 3_600_000 and row["requests"] is None
    assert "soundcloud: read whole at " in (said := crate.sync("status").out)
    assert "1 playlist, again at " in said


def test_a_soundcloud_that_wants_no_requests_says_until_when(crate: Crate, media: Sandbox) -> None:
    section = f'[soundcloud]\nbase_url = "{media.url}"\nlikes = ["oskar"]\n'
    media.like("oskar", media.upload("Harbour Lights", "Rhea Lund", 3))
    crate.configure(extra=section)
    media.fault("429", times=9)
    crate.reconcile()
    row = rows(crate)["soundcloud"]
    assert row["blocked"] and row["why"]
    assert "BLOCKED until" in crate.sync("status").out


def test_sites_of_audio_say_until_when_they_are_left_alone(crate: Crate) -> None:
    crate.configure(extra=FETCH)
    crate.playlist("House", [song(1)])
    site = Site(song(1))
    site.errors["search"] = Blocked("soundcloud: 429", 4e9, 60.0)
    crate.reconcile(media=site)
    row = rows(crate)["fetching"]
    assert (row["blocked"], row["again"]) == (4_000_000_000_000, 4_000_000_000_000)
    assert "fetching: waits\n  BLOCKED until" in crate.sync("status").out


def test_what_could_not_be_had_says_when_it_is_tried_again(crate: Crate) -> None:
    crate.configure(extra=FETCH)
    crate.playlist("House", [song(1)])
    crate.reconcile(media=Site())
    row = rows(crate)["fetching"]
    assert row["blocked"] == 0 and row["again"] > 0
    assert "fetching: again at " in crate.sync("status").out


def test_who_fetches_nothing_and_looks_nowhere_has_no_such_lines(crate: Crate) -> None:
    crate.playlist("House", [song(1)])
    crate.reconcile()
    assert rows(crate) == {}
