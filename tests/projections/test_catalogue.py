"""What pages of the catalogue should say."""

from __future__ import annotations

from projections.catalogue import Page, album_key, artist_key, catalogue
from projections.registry import State
from state.events import (
    AudioAnalysed,
    AudioFetched,
    Event,
    FetchFailed,
    FileMatched,
    FileWritten,
    NotionEdited,
    NotionSynced,
    PlaylistMembershipFound,
    PlaylistSeen,
    TrackRequested,
    TrackSeen,
)
from state.values import Placement, PlaylistRef, Ref, RootId
from tests.histories import record

A, B = Ref("spotify:track:aaa"), Ref("spotify:track:bbb")
HOUSE = PlaylistRef("spotify:playlist:house")
ROOT = RootId("target/playlists")


def pages(*events: Event) -> dict[str, Page]:
    state = State()
    state.fold(record(*events))
    return {page.key: page for page in catalogue(state)}


def a_track(ref: Ref = A, **more: object) -> TrackSeen:
    told = {"title": "One", "artists": ("Kölsch", "Ada"), "album": "Loop", "duration_ms": 200_000}
    return TrackSeen(ref, "spotify", **{**told, **more})  # type: ignore[arg-type]


def on_house(ref: Ref = A, rank: str = "a0") -> list[Event]:
    return [
        PlaylistSeen(HOUSE, "spotify", "House"),
        PlaylistMembershipFound(HOUSE, ref, ref, rank),
    ]


def test_a_track_points_to_its_playlists_artists_and_album() -> None:
    found = pages(a_track(isrc="X", released="2020-05"), *on_house())
    track = found[f"track:{A}"]
    assert track.values["title"] == "One" and track.values["spotify_id"] == "aaa"
    assert track.values["artist_name"] == "Kölsch, Ada" and track.values["released"] == "2020-05"
    assert track.links["playlists"] == (f"playlist:{HOUSE}",)
    assert track.links["artists"] == (artist_key("Kölsch"), artist_key("Ada"))
    assert track.links["album"] == (album_key("kölsch", "LOOP"),)
    assert found[album_key("Kölsch", "Loop")].links["artists"] == (artist_key("Kölsch"),)
    assert found[f"playlist:{HOUSE}"].values["track_count"] == 1
    assert [page.kind for page in found.values()] == [
        "playlists", "artists", "artists", "albums", "tracks",
    ]  # fmt: skip


def test_what_nothing_wants_has_no_page() -> None:
    assert pages(a_track()) == {}
    assert f"track:{A}" in pages(a_track(), TrackRequested(A))


def test_the_way_of_a_track() -> None:
    seen = [a_track(), *on_house()]
    url = "https://soundcloud.com/a/one"
    failed = FetchFailed(A, url, "gone")
    fetched = AudioFetched(A, url, Ref("soundcloud:1"), ROOT, "x.m4a", 1, "h", 200_000, "aac")
    placed = FileWritten(
        ROOT, "House/One.m4a", "written", "", 1, "h", placement=Placement("playlists", HOUSE, A)
    )
    found = pages(*seen)[f"track:{A}"].values
    assert (found["state"], found["waits"]) == ("wanted", "audio: none is known")
    assert pages(*seen, failed)[f"track:{A}"].values["waits"] == f"{url}: gone"
    found = pages(*seen, fetched, placed)[f"track:{A}"].values
    assert found["state"] == "placed" and found["waits"] is None
    assert found["paths"] == found["m4a_path"] == "playlists: House/One.m4a"
    assert found["soundcloud_url"] == url and found["youtube_url"] is None


def test_a_track_of_two_names_has_one_page_that_knows_both() -> None:
    found = pages(a_track(), a_track(B, aka=(A,)), *on_house(B))
    assert found[f"track:{A}"].also == (f"track:{B}",)
    assert f"track:{B}" not in found


def test_tempo_and_key_are_told_unless_the_page_said_them_first() -> None:
    heard = [
        AudioFetched(A, "u", Ref("url:u"), ROOT, "x.m4a", 1, "h", 200_000, "aac"),
        FileMatched("h", A, "fetched", 1.0, ""),
        AudioAnalysed("h", "", 1, 124.031, 0.9, "Am", "8A", 0.6),
    ]
    said = pages(a_track(), *on_house(), *heard)[f"track:{A}"].values
    assert (said["bpm"], said["musical_key"], said["genres"]) == (124.03, "Am", None)
    told = a_track(bpm=126.0, genres=("dub",))
    page = [
        NotionSynced(f"track:{A}", "p", "s", {"bpm": "126"}),
        NotionEdited(f"track:{A}", "p", "bpm", "128"),
    ]
    said = pages(told, *on_house(), *heard, *page)[f"track:{A}"].values
    assert (said["bpm"], said["genres"]) == (126.0, ("dub",)), "what a page says is not its source"
