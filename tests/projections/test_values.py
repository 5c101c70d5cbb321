"""Whose word counts for tempo, key and genres."""

from __future__ import annotations

import pytest

from projections.origins import FETCHED
from projections.registry import State
from projections.values import PRECEDENCE, Said, bpm, genres, key, rating, title
from state.events import (
    AudioAnalysed,
    AudioConverted,
    AudioFetched,
    Event,
    FileSeen,
    FileWritten,
    NotionEdited,
    NotionPageClaimed,
    NotionPageGone,
    NotionSynced,
    PolicySet,
    TrackSeen,
)
from state.values import Ref, Retagged, RootId, Tags, TrackId
from tests.histories import record

A, B = Ref("spotify:track:aaa"), Ref("spotify:track:bbb")
TRACK = TrackId(A)
NAMED = TrackSeen(A, "spotify", "One", ("Ada",))
BACKUP = TrackSeen(A, "csv", "One", ("Ada",), bpm=126.0, key="F#m", genres=("house", "dub"))
HEARD = AudioAnalysed("aa", "", 1, 124.03, 0.9, "Am", "8A", 0.6)
MADE = AudioConverted("aa", A, "m4a", "encode", RootId("target/fetched"), "x", 1, "mm", 1, "aac")
PAGE = NotionSynced("track:" + A, "page", "tracks", {"bpm": "126", "musical_key": "F#m"})


def state(*events: Event) -> State:
    made = State()
    made.fold(record(*events))
    return made


def edited(property: str, value: str) -> NotionEdited:
    return NotionEdited("track:" + A, "page", property, value)


def test_nobody_says_anything() -> None:
    nothing = state(NAMED)
    assert bpm(nothing, TRACK, ["aa"]) == Said(0.0)
    assert key(nothing, TRACK, ["aa"]) == Said("") and genres(nothing, TRACK) == Said(())


def test_what_was_heard_counts_where_nobody_says_anything() -> None:
    heard = state(NAMED, HEARD, MADE)
    assert bpm(heard, TRACK, ["aa"]) == Said(
        124.03, "heard", "heard in its audio, confidence 0.90 (event 2)"
    )
    assert bpm(heard, TRACK, ["mm"]).value == 124.03, "what was made of it is the same recording"
    assert key(heard, TRACK, ["aa"]).value == "Am"
    assert bpm(heard, TRACK).source == "", "of no audio nothing was heard"


def test_what_was_not_heard_well_does_not_count() -> None:
    unsure = state(NAMED, AudioAnalysed("aa", "", 1, 124.0, 0.49, "Am", "8A", 0.19))
    assert (bpm(unsure, TRACK, ["aa"]).value, key(unsure, TRACK, ["aa"]).value) == (0.0, "")


def test_the_first_audio_that_was_heard_well_counts() -> None:
    other = AudioAnalysed("bb", "", 1, 90.0, 0.9, "C", "8B", 0.6)
    assert bpm(state(NAMED, HEARD, other), TRACK, ["none", "bb", "aa"]).value == 90.0


def test_a_backup_outranks_what_was_heard() -> None:
    told = state(NAMED, HEARD, BACKUP)
    assert bpm(told, TRACK, ["aa"]).value == 126.0 and bpm(told, TRACK, ["aa"]).source == "told"
    assert key(told, TRACK, ["aa"]).value == "F#m"
    assert genres(told, TRACK).value == ("house", "dub")


def test_what_a_file_says_of_itself_outranks_a_backup_until_a_person_speaks() -> None:
    root = RootId("files/music")
    mixed = FileSeen(root, "one.flac", 9, "aa", 1, "flac", Tags("One", bpm=125.5, key="Em"))
    told = [NAMED, BACKUP, HEARD, mixed]
    found = bpm(state(*told), TRACK, ["aa"])
    assert (found.value, found.source) == (125.5, "file")
    assert found.because == "the tags of files/music/one.flac say so (event 4)"
    assert key(state(*told), TRACK, ["aa"]).value == "Em"
    assert bpm(state(*told, MADE), TRACK, ["mm"]).value == 125.5, "of what was made of it too"
    assert bpm(state(*told), TRACK).source == "told", "where another audio serves the track"
    assert bpm(state(*told, PAGE, edited("bpm", "64")), TRACK, ["aa"]).source == "person"


def test_what_we_wrote_into_a_file_is_not_its_own_word() -> None:
    root = RootId("target/playlists")
    came = FileSeen(root, "one.flac", 9, "aa", 1, "flac", Tags("One", bpm=125.5))
    ours = Retagged("mark", tags=Tags("One", bpm=99.0, key="Am"))
    again = FileWritten(root, "one.flac", "retagged", "", 9, "aa", tags=ours)
    seen = FileSeen(root, "one.flac", 10, "aa", 1, "flac", Tags("One", bpm=99.0, key="Am"))
    for events in ((came, again), (came, again, again), (came, again, seen)):
        assert bpm(state(NAMED, BACKUP, *events), TRACK, ["aa"]).value == 125.5
        assert key(state(NAMED, BACKUP, *events), TRACK, ["aa"]).source == "told"


def test_what_an_uploader_wrote_and_what_we_made_have_no_word() -> None:
    said = Tags(bpm=99.0)
    got = AudioFetched(A, "u", Ref("url:u"), FETCHED, "f", 1, "aa", 1, "opus", tags=said)
    made = AudioConverted("aa", A, "m4a", "encode", FETCHED, "x", 1, "mm", 1, "aac", tags=said)
    laid = FileWritten(
        RootId("target/playlists"), "y", "copied", "", 1, "mm", source_root=FETCHED, source="x"
    )
    for events in ((got,), (got, made, laid), (made, laid)):
        assert bpm(state(NAMED, *events), TRACK, ["mm", "aa"]).source == ""


def test_a_backup_of_another_name_of_the_track_counts_too() -> None:
    live = TrackSeen(A, "spotify", "One", ("Ada",), aka=(B,))
    told = state(live, TrackSeen(B, "csv", "One", ("Ada",), bpm=126.0))
    found = bpm(told, TRACK)
    assert (found.value, found.because) == (126.0, f"a backup says so of {B} (event 2)")


def test_a_person_outranks_everybody() -> None:
    said = [edited("bpm", "128.5"), edited("musical_key", "8A"), edited("genres", "dub, techno")]
    person = state(NAMED, BACKUP, HEARD, PAGE, *said)
    assert bpm(person, TRACK, ["aa"]).value == 128.5
    assert bpm(person, TRACK).because == (
        "a person wrote it on the track's page in Notion (event 5)"
    )
    assert key(person, TRACK, ["aa"]).value == "Am", "in our spelling, as every tag wants it"
    assert genres(person, TRACK).value == ("dub", "techno")


def test_who_writes_the_page_does_not_ask_the_page() -> None:
    person = state(NAMED, BACKUP, PAGE, edited("bpm", "128"), edited("musical_key", "8A"))
    assert bpm(person, TRACK, pages=False).value == 126.0
    assert key(person, TRACK, pages=False).value == "F#m"


def test_what_stood_on_a_page_before_we_knew_it_counts() -> None:
    claimed = NotionPageClaimed("track:" + A, "page", "tracks", "its id", {"bpm": "125,5"})
    assert bpm(state(NAMED, BACKUP, claimed), TRACK).value == 125.5


@pytest.mark.parametrize("nonsense", ["", "fast", "0", "-3", "1e9", "nan", "sha256:00"])
def test_nonsense_on_a_page_is_passed_over(nonsense: str) -> None:
    person = state(NAMED, BACKUP, PAGE, edited("bpm", nonsense), edited("musical_key", nonsense))
    assert (bpm(person, TRACK).source, key(person, TRACK).source) == ("told", "told")


def test_genres_of_which_only_a_digest_is_known_are_passed_over() -> None:
    assert genres(state(NAMED, BACKUP, PAGE, edited("genres", "sha256:00")), TRACK).value == (
        "house",
        "dub",
    )


def test_a_word_that_was_taken_back_or_whose_page_is_gone_does_not_count() -> None:
    said = [NAMED, BACKUP, PAGE, edited("bpm", "128")]
    assert bpm(state(*said, edited("bpm", "126")), TRACK).source == "told"
    assert bpm(state(*said, NotionPageGone("track:" + A, "page", "trashed")), TRACK).value == 126.0


def test_a_key_that_we_cannot_read_stays_as_it_was_told() -> None:
    odd = TrackSeen(A, "csv", "One", ("Ada",), key="Hypodorian")
    assert key(state(odd), TRACK).value == "Hypodorian"


def test_a_title_counts_that_a_person_changed_not_one_that_stood_there() -> None:
    there = NotionPageClaimed("track:" + A, "page", "tracks", "its Spotify ID", {"title": "Old"})
    assert title(state(NAMED, there), TRACK).value == "One"
    changed = state(NAMED, there, edited("title", "New"))
    assert title(changed, TRACK) == Said(
        "New", "person", "a person wrote it on the track's page in Notion (event 3)"
    )
    back = NotionPageClaimed("track:" + A, "page", "tracks", "it is back", {"title": "New"})
    assert title(state(NAMED, there, edited("title", "New"), back), TRACK).value == "New"


def test_where_the_configuration_says_so_pages_count_for_nothing() -> None:
    said = [NAMED, BACKUP, PAGE, edited("bpm", "90"), edited("title", "New"), edited("rating", "5")]
    ours = [PolicySet(f"{PRECEDENCE}.{name}", "cratelog") for name in ("bpm", "title", "rating")]
    before, after = state(*said), state(*said, *ours)
    assert (bpm(before, TRACK).value, bpm(after, TRACK).value) == (90.0, 126.0)
    assert (title(before, TRACK).value, title(after, TRACK).value) == ("New", "One")
    assert (rating(before, TRACK).value, rating(after, TRACK).value) == ("5", "")
