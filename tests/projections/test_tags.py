"""What tags should say, and the marks that tell one saying from another."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from projections.file_rows import UNKNOWN, FileRow
from projections.registry import State
from projections.tags import Due, TrackTags, because, changed, due, mark, wanted
from projections.values import bpm
from state.events import (
    AudioConverted,
    Event,
    FileClaimed,
    FileSeen,
    FileVanished,
    FileWritten,
    PolicySet,
    RootCameOnline,
    TagsRefused,
    TrackSeen,
)
from state.values import Placement, PlaylistRef, Ref, Retagged, RootId, Tags, TrackId
from tests.histories import BEGINNING, TARGET, record

TRACK = Ref("spotify:track:1")
FETCHED = RootId("target/fetched")
FULL = TrackTags("T", ("A", "B"), "L", "A", 3, 1, "2019", "House", "GB1", 127.95, "Am", TRACK, "c0")
WISH = Placement("playlists", PlaylistRef("p"), TRACK)


def seen(title: str = "T", **more: Any) -> TrackSeen:
    return TrackSeen(TRACK, "spotify", title, ("A", "B"), "L", ("A", "B"), isrc="GB1", **more)


def made(tagged: str) -> AudioConverted:
    path = "made/m4a/x.m4a"
    return AudioConverted(
        "src", TRACK, "m4a", "encode", FETCHED, path, 5, "out", 9, "aac", tagged=tagged
    )


PLACED = FileWritten(
    TARGET, "House/x.m4a", "linked", "", 5, "out", source_root=FETCHED,
    source="made/m4a/x.m4a", placement=WISH,
)  # fmt: skip


def state(*events: object) -> State:
    found = State()
    found.fold(record(*BEGINNING, RootCameOnline(FETCHED, "/fetched", 1, "id"), *events))
    return found


def paths(found: State) -> list[str]:
    return [each.file.path for each in due(found)]


@pytest.mark.parametrize("field", TrackTags.__struct_fields__)
def test_a_mark_tells_every_field(field: str) -> None:
    other = {str: "other", tuple: ("C",), int: 9, float: 99.5}[type(getattr(FULL, field))]
    changes = msgspec.structs.replace(FULL, **{field: other})
    assert changed(mark(FULL), changes) == (field,)
    assert changed(mark(FULL), FULL) == ()


def test_what_is_not_known_any_more_changes_nothing() -> None:
    assert changed(mark(FULL), TrackTags(title="T")) == ()


def test_without_a_mark_all_that_is_known_is_to_be_written() -> None:
    assert changed("", TrackTags(title="T", bpm=120.0)) == ("title", "bpm")


def test_a_new_version_touches_no_file() -> None:
    assert changed(UNKNOWN, FULL) == ()
    assert changed(mark(FULL)[:-8], FULL) == (), "a mark from before there were covers"


def test_tempi_are_told_apart_to_a_hundredth() -> None:
    one, other = TrackTags(bpm=127.951), TrackTags(bpm=127.949)
    assert mark(one) == mark(other) != mark(TrackTags(bpm=127.94))


def test_what_is_wanted_is_what_the_track_is_known_as() -> None:
    found = wanted(state(seen(key="8A", released="2019")), TrackId(TRACK), "x")
    assert found == TrackTags(
        "T", ("A", "B"), "L", "A", date="2019", isrc="GB1", key="Am", track_id=TRACK
    )
    assert wanted(State(), TrackId(TRACK), "x") == TrackTags(track_id=TRACK)


def test_files_that_were_made_are_due_when_their_track_changes() -> None:
    tagged = mark(wanted(state(seen()), TrackId(TRACK), "out"))
    before = (seen(), made(tagged), PLACED)
    assert paths(state(*before)) == []
    after = state(*before, seen("Corrected"))
    assert sorted(paths(after)) == ["House/x.m4a", "made/m4a/x.m4a"]
    assert {because(each) for each in due(after)} == {"its track has another title"}
    told = Retagged(mark(wanted(after, TrackId(TRACK), "out")))
    done = FileWritten(TARGET, "House/x.m4a", "retagged", "", 6, "out", tags=told)
    assert paths(state(*before, seen("Corrected"), done)) == ["made/m4a/x.m4a"]
    off = PolicySet("tags.write", "nothing")
    assert paths(state(*before, seen("Corrected"), off)) == []


def test_a_person_s_file_is_due_only_once_it_is_ours_and_wanted() -> None:
    there = FileSeen(TARGET, "House/y.mp3", 5, "aud", 9, "mp3", Tags())
    claimed = FileClaimed(TARGET, "House/y.mp3", WISH, "y", "House")
    owned = msgspec.structs.replace(claimed, own=True)
    ours = PolicySet("tags.write", "ours")
    assert paths(state(seen(), there, claimed, ours)) == []
    assert paths(state(seen(), there, owned)) == []
    assert paths(state(seen(), there, owned, ours)) == ["House/y.mp3"]
    elsewhere = msgspec.structs.replace(there, path="House/y.webm")
    claimed = msgspec.structs.replace(owned, path="House/y.webm")
    assert paths(state(seen(), elsewhere, claimed, ours)) == [], "it can bear none"


def test_tags_follow_the_file_and_leave_with_its_audio() -> None:
    moved = FileWritten(
        TARGET, "More/x.m4a", "moved", "", 5, "out", source_root=TARGET, source="House/x.m4a",
        placement=WISH,
    )  # fmt: skip
    found = state(seen(), made("m"), PLACED, moved)
    row = found.files.files.get((TARGET, "More/x.m4a"))
    assert row is not None and row.tagged == "m" and row.tagged_at
    other = FileSeen(TARGET, "More/x.m4a", 5, "else", 9, "aac", Tags())
    found.fold(record(other))
    row = found.files.files.get((TARGET, "More/x.m4a"))
    assert row is not None and (row.tagged, row.tagged_at, row.ours) == ("", 0, False)


CAME = FileSeen(TARGET, "House/y.mp3", 5, "aud", 9, "mp3", Tags(bpm=126.0))
OWNED = FileClaimed(TARGET, "House/y.mp3", WISH, "y", "House", own=True)
ELSEWHERE = msgspec.structs.replace(CAME, path="More/y.mp3", tags=Tags(bpm=99.0))


@pytest.mark.parametrize(
    "later",
    [
        (TagsRefused(TARGET, "House/y.mp3", "m2", "cannot bear them"),),
        (FileVanished(TARGET, "House/y.mp3"), msgspec.structs.replace(CAME, tags=Tags(bpm=99.0))),
        (
            FileVanished(TARGET, "House/y.mp3"),
            ELSEWHERE,
            msgspec.structs.replace(OWNED, path="More/y.mp3"),
        ),
    ],
)
def test_what_a_file_said_before_we_wrote_into_it_is_known_wherever_it_goes(
    later: tuple[Event, ...],
) -> None:
    told = Retagged("m", tags=Tags(bpm=99.0))
    first = FileWritten(TARGET, "House/y.mp3", "retagged", "", 6, "aud", tags=told)
    found = state(seen(), CAME, OWNED, first, *later)
    (row,) = found.files.files.of("aud")
    assert row.tagged and bpm(found, TrackId(TRACK), ["aud"]).value == 126.0


def test_a_file_that_could_bear_no_tags_of_ours_has_its_own_word() -> None:
    refused = TagsRefused(TARGET, "House/y.mp3", "m", "cannot bear them")
    told = state(seen(), CAME, OWNED, refused)
    assert bpm(told, TrackId(TRACK), ["aud"]).value == 126.0
    edited = msgspec.structs.replace(CAME, tags=Tags(bpm=99.0))
    told = state(seen(), CAME, OWNED, refused, edited)
    assert bpm(told, TrackId(TRACK), ["aud"]).value == 99.0


def test_reasons_are_sentences() -> None:
    row = FileRow(TARGET, "x", 1, "a", tagged="m")
    two = Due(row, TrackId(TRACK), FULL, ("bpm", "album_artist", "isrc"))
    assert because(two) == "its track has other values for tempo, album artist and ISRC"
    first = Due(FileRow(TARGET, "x", 1, "a"), TrackId(TRACK), FULL, ("title",))
    assert because(first) == "it bears no tags of its track yet"
