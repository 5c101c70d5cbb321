"""JSON of either regime → tracks and rows; recorded answers too, where they are."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.contract import Row
from adapters.spotify import rows
from state.events import TrackDelisted
from state.values import Ref

RECORDED = Path(__file__).parents[4] / "shared" / "fixtures" / "spotify"
ID, OTHER = "4" * 22, "5" * 22
WHEN = "2025-01-02T03:04:05Z"


def item(**more: Any) -> dict[str, Any]:
    return {
        "type": "track",
        "track": True,
        "id": ID,
        "uri": f"spotify:track:{ID}",
        "name": " Kølig ",
        "artists": [{"name": "Ørsted"}, {"name": "Lund"}],
        "album": {"name": "Kølig", "artists": [{"name": "Ørsted"}], "release_date": "2022-11"},
        "duration_ms": 1000,
        "external_ids": {"isrc": "qz-ab7 2400017"},
        "external_urls": {"spotify": f"https://open.spotify.com/track/{ID}"},
        **more,
    }


def row(inner: Any, name: str = "item", **more: Any) -> dict[str, Any]:
    return {"added_at": WHEN, "added_by": {"id": "me"}, name: inner, **more}


@pytest.mark.parametrize("name", ["item", "track"])
def test_a_row_of_either_shape(name: str) -> None:
    (entry,) = rows.entries([row(item(), name)])
    assert entry.seen is not None
    assert (entry.seen.ref, entry.seen.title) == (f"spotify:track:{ID}", "Kølig")
    assert entry.seen.artists == ("Ørsted", "Lund")
    assert (entry.seen.isrc, entry.seen.released) == ("QZAB72400017", "2022-11")
    assert (entry.added_at, entry.added_by) == (WHEN, "me")


def test_a_relinked_track_is_the_one_that_was_asked_for() -> None:
    url = {"spotify": f"https://open.spotify.com/track/{OTHER}"}
    before = {"id": OTHER, "uri": f"spotify:track:{OTHER}"}
    for told in (item(external_urls=url), item(linked_from=before)):
        seen = rows.track(told)
        assert seen is not None
        assert (seen.ref, seen.aka) == (f"spotify:track:{OTHER}", (f"spotify:track:{ID}",))


@pytest.mark.parametrize(
    ("widths", "best"), [((64, 640, 300), 640), ((3000, 640), 640), ((None,), None), ((), "")]
)
def test_the_picture_is_the_largest_that_players_show(
    widths: tuple[int | None, ...], best: int | str | None
) -> None:
    images: list[Any] = [{"url": f"https://i.example/{width}", "width": width} for width in widths]
    seen = rows.track(item(album={"name": "A", "images": images}))
    assert seen is not None and seen.cover == (f"https://i.example/{best}" if best != "" else "")


def test_a_picture_of_another_shape_is_none() -> None:
    shapes: tuple[Any, ...] = (None, {}, "x", [None], [{"url": None, "width": "wide"}])
    for images in shapes:
        seen = rows.track(item(album={"name": "A", "images": images}))
        assert seen is not None and seen.cover == ""


def test_a_local_file_is_known_by_its_whole_address() -> None:
    uri = "spotify:local:Robin+Vale::Kitchen+Mix:5432"
    told = item(id=None, uri=uri, is_local=True, external_ids={}, external_urls={})
    seen = rows.track(told)
    assert seen is not None and (seen.ref, seen.isrc) == (uri, "")


def test_an_episode_is_no_music_and_a_null_is_nothing_any_more() -> None:
    episode, null = rows.entries([row(item(type="episode", uri="spotify:episode:x")), row(None)])
    assert (episode.seen, episode.music) == (None, False)
    assert (null.seen, null.music) == (None, True)


def test_a_null_where_a_known_row_was_is_still_that_row() -> None:
    known = [Row(Ref(f"spotify:track:{ID}"), WHEN, "me"), Row(Ref("spotify:track:x"), "then")]
    told = rows.sort(rows.entries([row(None)]), known)
    assert told.rows == known[:1]
    assert told.gone == [TrackDelisted(Ref(f"spotify:track:{ID}"), "spotify")]
    assert told.nameless == 0


def test_a_null_that_nobody_knows_is_only_counted() -> None:
    told = rows.sort(rows.entries([row(None), row(item()), row(item())]))
    assert ([one.track for one in told.rows], told.nameless) == ([f"spotify:track:{ID}"] * 2, 1)
    assert len(told.tracks) == 1


def test_dates_of_nothing_are_none() -> None:
    (entry,) = rows.entries([row(item(album={"release_date": "0000"}), added_at="1970-01-01T0Z")])
    assert entry.seen is not None and (entry.seen.released, entry.added_at) == ("", "")


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(
            st.sampled_from(
                ["item", "track", "id", "uri", "album", "artists", "external_ids", "type"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=8,
)


@given(st.lists(JUNK, max_size=4))
def test_no_shape_is_too_odd_to_be_read(told: list[Any]) -> None:
    read = rows.entries(told)
    assert len(read) == len(told)
    assert len(rows.sort(read).rows) <= len(told)


@pytest.mark.skipif(not RECORDED.is_dir(), reason="no recorded answers here")
@pytest.mark.parametrize("path", sorted(RECORDED.rglob("*.json")), ids=lambda path: path.stem)
def test_recorded_answers_are_read(path: Path) -> None:
    told = json.loads(path.read_text("utf-8"))
    page = rows.page(told) or told
    listed = page.get("items")
    if not isinstance(listed, list):
        return
    if any(isinstance(one, dict) and "snapshot_id" in one for one in listed):
        assert all(rows.line(one["name"]) and one["id"] for one in listed if one)
        return
    read = rows.entries(listed)
    inner = [one.get("item") or one.get("track") for one in listed]
    tracks = [one for one in inner if one and (one["type"] == "track" or one.get("is_local"))]
    seen = [entry.seen for entry in read if entry.seen is not None]
    assert len(seen) == len(tracks)
    for one, told in zip(seen, tracks, strict=True):
        assert one.title == rows.line(told["name"])
        assert told["uri"] in (one.ref, *one.aka)
        assert one.isrc == told["external_ids"].get("isrc", "").upper()
    assert all(entry.added_at for entry in read if entry.seen is not None)
