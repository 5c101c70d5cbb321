from __future__ import annotations

from pathlib import Path

import pytest

from adapters.contract import Blocked, Transient
from adapters.media.searching import Found, read, search
from adapters.media.settings import FetchSettings, Site
from adapters.media.urls import checked
from adapters.sandbox.media import Sandbox
from adapters.sandbox.media.catalogue import Track
from tests.adapters.media.conftest import EVERYWHERE, SECONDS

SITES: tuple[Site, ...] = ("soundcloud", "youtube", "youtube-music")


@pytest.mark.parametrize("site", SITES)
def test_a_track_is_found_with_what_the_site_tells(
    site: Site, sites: Sandbox, track: Track, settings: FetchSettings
) -> None:
    (found,) = search("rhea lund harbour lights", site, settings=settings)
    assert (found.title, found.uploader) == ("Harbour Lights", "Rhea Lund")
    assert (found.duration_s, found.source) == (SECONDS, site)
    assert found.view_count == (0 if site == "youtube-music" else track.plays)
    assert found.isrc == (track.isrc if site == "soundcloud" else "")
    assert found.id == ("soundcloud:101" if site == "soundcloud" else f"youtube:{track.video}")
    assert checked(found.url).url == found.url


@pytest.mark.parametrize("site", SITES)
def test_the_order_is_the_sites_and_no_more_than_asked(
    site: Site, sites: Sandbox, settings: FetchSettings
) -> None:
    for plays in (10, 30, 20):
        sites.catalogue.add(f"Harbour {plays}", "Rhea Lund", 4, sites=EVERYWHERE, plays=plays)
    found = search("Harbour", site, 3, settings=settings)
    assert [one.title for one in found] == ["Harbour Lights", "Harbour 30", "Harbour 20"]


@pytest.mark.parametrize("site", SITES)
def test_nothing_is_found(site: Site, settings: FetchSettings) -> None:
    assert search("nobody knows this one", site, settings=settings) == []
    assert search(" \n ", site, settings=settings) == []


def test_a_preview_is_not_the_whole(sites: Sandbox, settings: FetchSettings) -> None:
    sites.catalogue.add("Paper Moons", "Ada Quill", 200, policy="SNIP")
    (found,) = search("Paper Moons", "soundcloud", settings=settings)
    assert (found.duration_s, found.whole) == (200, False)


def test_no_requests_for_pictures(sites: Sandbox, settings: FetchSettings, tmp_path: Path) -> None:
    search("Harbour", "soundcloud", settings=settings, cache=tmp_path)
    sites.forget()
    search("Harbour", "soundcloud", settings=settings, cache=tmp_path)
    assert sites.requests == {"GET soundcloud/search/tracks": 1}


@pytest.mark.parametrize(
    ("site", "endpoint"),
    [
        ("soundcloud", "soundcloud/search/tracks"),
        ("youtube", "youtube/search"),
        ("youtube-music", "youtube-music/search"),
    ],
)
def test_a_search_that_fails_says_so(
    site: Site, endpoint: str, sites: Sandbox, settings: FetchSettings
) -> None:
    sites.fault("503", endpoint=endpoint, times=9)
    with pytest.raises(Transient):
        search("Harbour", site, settings=settings)
    sites.faults.clear()
    sites.fault("429", endpoint=endpoint, seconds=77)
    with pytest.raises(Blocked) as error:
        search("Harbour", site, settings=settings)
    assert error.value.retry_after == 77


def test_what_is_no_track_is_left_out() -> None:
    assert read({"id": "UC1", "title": "A channel", "ie_key": "YoutubeTab"}, "youtube") is None
    live = {"id": "1", "title": "Radio", "ie_key": "Youtube", "live_status": "is_live"}
    assert read(live, "youtube") is None
    assert read({"id": "1", "title": None, "ie_key": "Youtube"}, "youtube") is None


def test_what_is_not_told_is_empty() -> None:
    found = read({"id": "7", "title": "T"}, "soundcloud")
    assert found == Found("https://api.soundcloud.com/tracks/7", "T", "", 0, 0, "soundcloud", "",
                          "soundcloud:7")  # fmt: skip
