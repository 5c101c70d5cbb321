"""`sync why`: what led to a file, a track, a playlist, or to its absence."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings

from engine.sentences import Plain, sentence
from state.events import (
    EVENTS,
    FileMatched,
    FileSeen,
    MatchPinned,
    MatchRejected,
    MatterOpened,
    NotionEdited,
    NotionSynced,
    PlacementPinned,
    TrackSeen,
    TracksMerged,
    TracksSeparated,
)
from state.values import Candidate, Placement, PlaylistRef, Ref, RootId, Tags
from tests.crate import Crate, Said, song
from tests.histories import events as some_events

ONE, TWO, THREE = song(1), song(2), song(3)


@pytest.fixture
def laid(crate: Crate) -> Crate:
    """One and two on House, two and three on Warm up; three has no audio."""
    crate.playlist("House", [ONE, TWO])
    crate.playlist("Warm_up", [TWO, THREE])
    crate.music(ONE)
    crate.music(TWO)
    crate.reconcile()
    return crate


def texts(said: Said, kind: str) -> list[str]:
    return [line["text"] for line in said.lines if line["type"] == kind]


def kinds(said: Said) -> list[str]:
    return [line["kind"] for line in said.lines if line["type"] == "event"]


def audio_of(crate: Crate, name: str) -> str:
    with crate.library(read_only=True) as library:
        return next(row.audio for row in library.state.files.files if row.path.endswith(name))


def tell(crate: Crate, *events: Any) -> None:
    with crate.library("sync match") as library:
        library.append(events)
        library.save()


# ---- files -------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["absolute", "relative to the root", "relative to the folder"])
def test_a_file_tells_the_whole_chain(
    laid: Crate, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = f"House/{ONE.artist} - {ONE.title}.wav"
    if how == "relative to the folder":
        monkeypatch.chdir(laid.root / "House")
    words = {
        "absolute": str(laid.root / path),
        "relative to the root": path,
        "relative to the folder": f"{ONE.artist} - {ONE.title}.wav",
    }
    said = laid.sync("why", words[how], "--json")
    assert said.code == 0
    story = next(line for line in said.lines if line["type"] == "story")
    assert (story["kind"], story["subject"]) == ("file", f"target/playlists/{path}")
    assert kinds(said) == [
        "TrackSeen",
        "PlaylistSeen",
        "PlaylistMembershipFound",
        "FileSeen",
        "FileMatched",
        "FileWritten",
    ]
    events = [line for line in said.lines if line["type"] == "event"]
    assert [line["position"] for line in events] == sorted(line["position"] for line in events)
    assert all(line["actor"].endswith(": test") and line["at"] for line in events)
    assert "added 2024-01-01T00:00:00Z by me" in events[2]["text"]
    assert "by title (1.00)" in events[4]["text"]
    assert f"from files/music/{ONE.artist} - {ONE.title}.wav: on 'House'" in events[5]["text"]
    assert said.summary["events"] == 6
    assert texts(said, "now") == ["ours: it may be moved and trashed"]


def test_a_file_that_was_moved_twice_and_trashed_is_one_story(laid: Crate) -> None:
    laid.playlist("House", [ONE])
    laid.playlist("Warm_up", [THREE])
    laid.playlist("Third", [THREE])
    laid.reconcile(allowed=9)
    laid.configure(extra='[playlists]\nexclude = ["Third"]')
    laid.playlist("Third", [TWO, THREE])
    laid.reconcile(allowed=9)
    first = f"House/{TWO.artist} - {TWO.title}.wav"
    said = laid.sync("why", str(laid.root / first), "--json")
    assert said.code == 0
    assert kinds(said).count("FileWritten") == 2 and kinds(said)[-1] == "FileTrashed"
    assert "PlaylistMembershipLost" in kinds(said)
    assert "lies in the trash: target/playlists/.cratelog/trash/" in texts(said, "now")[0]
    trashed = texts(said, "now")[0].partition("target/playlists/")[2].partition(";")[0]
    again = laid.sync("why", trashed, "--json")
    assert kinds(again)[-3:] == kinds(said)[-3:]


def test_a_renamed_playlist_is_told_as_a_move(laid: Crate) -> None:
    (laid.csv / "House.csv").rename(laid.csv / "Deep House.csv")
    laid.reconcile()
    said = laid.sync("why", f"House/{ONE.artist} - {ONE.title}.wav", "--json")
    assert "playlist is now called 'Deep House'" in texts(said, "event")[-1]
    assert texts(said, "now")[0].startswith(
        f"it lies at target/playlists/Deep House/{ONE.artist} - {ONE.title}.wav now"
    )


def test_a_file_that_a_person_removed_is_held(laid: Crate) -> None:
    path = laid.root / "House" / f"{ONE.artist} - {ONE.title}.wav"
    path.unlink()
    laid.reconcile()
    said = laid.sync("why", str(path), "--json")
    assert kinds(said)[-1] == "FileVanished"
    assert "its place is kept until you answer in sync review" in texts(said, "now")[0]
    assert "a person took" in laid.sync("why", ONE.uri).out


def test_a_file_that_a_person_moved_keeps_its_story(laid: Crate) -> None:
    old = laid.files / f"{ONE.artist} - {ONE.title}.wav"
    old.rename(laid.files / "elsewhere.wav")
    laid.reconcile()
    said = laid.sync("why", str(old), "--json")
    assert [kind for kind in kinds(said) if kind.startswith("File")] == [
        "FileSeen",
        "FileMatched",
        "FileVanished",
        "FileSeen",
    ]
    assert "it lies at files/music/elsewhere.wav now" in texts(said, "now")[0]


def test_the_candidates_that_lost_are_named(crate: Crate) -> None:
    live = song(9, seconds=3)
    crate.playlist("House", [ONE, live])
    crate.music(ONE)
    crate.reconcile()
    audio = audio_of(crate, f"{ONE.title}.wav")
    lost = Candidate(Ref(live.uri), 0.61, "title differs")
    tell(crate, FileMatched(audio, Ref(ONE.uri), "title", 1.0, "equal", (lost,)))
    said = crate.sync("why", str(crate.files / f"{ONE.artist} - {ONE.title}.wav"), "--json")
    details = [line["details"] for line in said.lines if line.get("kind") == "FileMatched"]
    assert details[-1] == [f"lost: {live.artist} – {live.title} (0.61): title differs"]
    assert "lost: " in crate.sync("why", ONE.uri).out


def test_playlist_files_and_strangers(laid: Crate) -> None:
    assert "the playlist file of 'House'" in laid.sync("why", "House.m3u8").out
    laid.music(song(77), "stranger.wav")
    laid.reconcile()
    said = laid.sync("why", str(laid.files / "stranger.wav"))
    assert "matched to no track" in said.out and "never touched" in said.out


def test_a_pin_and_a_rejection_are_part_of_the_story(laid: Crate) -> None:
    audio = audio_of(laid, f"{ONE.title}.wav")
    tell(laid, MatchRejected(audio, Ref(ONE.uri)), MatchPinned(audio, Ref(THREE.uri)))
    laid.reconcile(allowed=9)
    said = laid.sync("why", ONE.uri, "--json")
    assert {"MatchRejected", "MatchPinned"} <= set(kinds(said))
    now = "\n".join(texts(said, "now"))
    assert "no file in 'House': no audio is known" in now
    assert "a person said that it is not this track" in now
    actors = {line["actor"] for line in said.lines if line["type"] == "event"}
    assert any(actor.endswith("sync match") for actor in actors)


# ---- tracks ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words",
    [
        [THREE.uri],
        [f"https://open.spotify.com/track/{THREE.uri.rpartition(':')[2]}?si=abc"],
        [THREE.title],
        [THREE.artist.lower(), THREE.title.upper()],
        [f"{THREE.artist} - {THREE.title}"],
    ],
)
def test_a_track_without_audio_says_why(laid: Crate, words: list[str]) -> None:
    said = laid.sync("why", *words, "--json")
    assert said.code == 0
    assert next(line for line in said.lines if line["type"] == "story")["subject"] == THREE.uri
    assert kinds(said) == ["TrackSeen", "PlaylistMembershipFound"]
    now = texts(said, "now")
    assert now[0].startswith("on 'Warm up', added 2024-01-01T00:00:00Z by me")
    assert now[1] == "no file in 'Warm up': no audio is known"


def test_a_track_names_its_files(laid: Crate) -> None:
    out = laid.sync("why", TWO.uri).out
    assert f"file: target/playlists/House/{TWO.artist} - {TWO.title}.wav" in out
    assert f"file: target/playlists/Warm up/{TWO.artist} - {TWO.title}.wav" in out


def test_a_track_whose_audio_is_away(laid: Crate) -> None:
    laid.files.rename(laid.base / "away")
    laid.playlist("Third", [ONE])
    (laid.root / "House" / f"{ONE.artist} - {ONE.title}.wav").unlink()
    laid.reconcile()
    out = laid.sync("why", ONE.uri).out
    assert "no file in 'Third': its audio lies in files/music, which is not there now" in out


def test_a_track_whose_match_is_not_certain(crate: Crate) -> None:
    twins = [song(number, seconds=3) for number in (1, 2)]
    crate.playlist("House", [twins[0]])
    crate.reconcile()
    candidate = Candidate(Ref(twins[0].uri), 0.6, "title alike")
    tell(
        crate,
        FileSeen(RootId("files/music"), "x.mp3", 1, "aa", 3000, "mp3", Tags()),
        MatterOpened(
            "match:aa", "match", "x.mp3: may be", RootId("files/music"), "x.mp3", (candidate,)
        ),
    )
    said = crate.sync("why", twins[0].uri, "--json")
    assert "MatterOpened" in kinds(said)
    assert "it may be files/music/x.mp3: not certain enough; sync review asks" in "\n".join(
        texts(said, "now")
    )


def test_excluded_playlists_and_unwanted_places(laid: Crate) -> None:
    laid.configure(extra='[playlists]\nexclude = ["Warm*"]')
    tell(
        laid,
        PlacementPinned(
            Placement("playlists", PlaylistRef("csv:spotify_playlists/House"), Ref(TWO.uri)), False
        ),
    )
    laid.reconcile(allowed=9)
    out = laid.sync("why", TWO.uri).out
    assert "no file in 'Warm up': [playlists] include and exclude leave it out" in out
    assert "no file in 'House': a person said that it shall have none there" in out
    assert "in the trash: target/playlists/.cratelog/trash/" in out


def test_a_track_that_left_and_what_the_guard_holds(crate: Crate) -> None:
    many = [song(number) for number in range(12)]
    crate.playlist("House", many)
    for each in many:
        crate.music(each)
    crate.reconcile()
    crate.playlist("House", many[:1])
    assert crate.reconcile().refused
    said = crate.sync("why", many[5].uri, "--json")
    now = "\n".join(texts(said, "now"))
    assert "on no playlist" in now and "the guard refuses so many removals" in now
    assert kinds(said)[-1] == "PlaylistMembershipLost"
    assert texts(said, "event")[-1].endswith("is not on 'House' any more")


def test_why_references_are_one_track(laid: Crate) -> None:
    tell(
        laid,
        TracksMerged(Ref(ONE.uri), Ref(THREE.uri)),
        TracksSeparated(Ref(ONE.uri), Ref(TWO.uri)),
    )
    about = texts(laid.sync("why", THREE.uri, "--json"), "about")
    assert any(
        line.startswith(f"known as {THREE.uri}: a person said that it is {ONE.uri}")
        for line in about
    )
    assert any(line.startswith(f"a person separated {ONE.uri} and {TWO.uri}") for line in about)


def test_words_that_mean_several_tracks_list_them(laid: Crate) -> None:
    said = laid.sync("why", "Artist", "--json")
    stories = [line for line in said.lines if line["type"] == "story"]
    assert said.code == 0 and len(stories) == 3 and said.summary["found"] == 3
    assert kinds(said) == []
    assert "3 tracks; say more words" in laid.sync("why", "Artist").out


@pytest.mark.parametrize("words", ["no such thing", "spotify:track:nope", "House/never.mp3"])
def test_what_never_was_is_1_with_the_nearest(laid: Crate, words: str) -> None:
    said = laid.sync("why", words)
    assert said.code == 1 and "no file, track or playlist of this library" in said.err
    told = laid.sync("why", words, "--json")
    assert told.code == 1 and told.summary["found"] == 0
    near = laid.sync("why", f"{ONE.title} {ONE.artist}x")
    assert ONE.uri in near.err


def test_a_file_that_no_look_could_read_says_why(laid: Crate) -> None:
    (laid.files / "broken.mp3").write_bytes(b"no music")
    laid.reconcile()
    said = laid.sync("why", str(laid.files / "broken.mp3"), "--json")
    assert said.code == 0
    assert texts(said, "about") == [
        "it could not be read yet; it is passed over, and nothing of it is in the log"
    ]
    (now,) = texts(said, "now")
    assert laid.sync("reconcile").err == f"unreadable: {laid.files / 'broken.mp3'}: {now}\n"


def test_a_file_that_was_damaged_later_says_so(laid: Crate) -> None:
    (file,) = (each for each in laid.files.iterdir() if ONE.title in each.name)
    file.write_bytes(b"no music")
    laid.reconcile()
    assert any(
        "is passed over" in line for line in texts(laid.sync("why", str(file), "--json"), "now")
    )


def test_every_target_that_lacks_a_track_is_told_by_name_and_the_reason_once(laid: Crate) -> None:
    laid.configure(
        extra=f"""
[fetch]
sources = ["soundcloud"]
base_url = "http://127.0.0.1:9/"
[targets.djay]
root = "{laid.base / "djay"}"
[targets.usb]
root = "{laid.base / "usb"}"
"""
    )
    laid.reconcile()
    now = texts(laid.sync("why", THREE.uri, "--json"), "now")[1:]
    lacks = [line for line in now if "no audio is known" in line]
    assert sorted(lacks) == [
        "no file in 'Warm up' of usb: no audio is known",
        "no file in 'Warm up': no audio is known",
        "not delivered to djay: no audio is known",
    ]
    assert len(now) <= len(lacks) + 1


def test_a_track_tells_whose_word_its_tempo_and_key_are(laid: Crate) -> None:
    about = texts(laid.sync("why", ONE.uri, "--json"), "about")
    tempo, key = about[-2:]
    assert tempo.startswith(f"128 beats a minute: a backup says so of {ONE.uri} (event ")
    assert key.startswith("in F: a backup says so")
    page = f"track:{ONE.uri}"
    tell(laid, NotionSynced(page, "p", "s", {"bpm": "128"}), NotionEdited(page, "p", "bpm", "64"))
    tempo, key = texts(laid.sync("why", ONE.uri, "--json"), "about")[-2:]
    assert tempo.startswith("64 beats a minute: ") and "in Notion (event " in tempo
    assert key.startswith("in F: a backup says so")


# ---- playlists ---------------------------------------------------------------------------------


@pytest.mark.parametrize("words", ["Warm up", "warm UP", "csv:spotify_playlists/Warm_up", "path"])
def test_a_playlist_tells_its_source_its_folder_and_its_members(laid: Crate, words: str) -> None:
    if words == "path":
        words = str(laid.root / "Warm up")
    said = laid.sync("why", words, "--json")
    story = next(line for line in said.lines if line["type"] == "story")
    assert (story["kind"], story["title"]) == ("playlist", "Warm up")
    assert kinds(said) == ["PlaylistSeen"]
    now = texts(said, "now")
    assert now[0] == "2 tracks on it" and now[1] == "its folder is 'Warm up' in target/playlists"
    assert now[2].endswith(f"Warm up/{TWO.artist} - {TWO.title}.wav")
    assert now[3].endswith("no file: no audio is known")


def test_what_a_playlist_lost_and_that_it_is_not_listed_any_more(laid: Crate) -> None:
    laid.playlist("House", [TWO])
    laid.reconcile()
    (laid.csv / "House.csv").unlink()
    laid.reconcile()
    said = laid.sync("why", "House", "--json")
    assert kinds(said) == ["PlaylistSeen", "PlaylistMembershipLost", "PlaylistNoLongerListed"]
    assert f"{ONE.artist} – {ONE.title} is not on 'House' any more" in texts(said, "event")
    assert "not listed there any more, which removes nothing" in texts(said, "about")[0]


def test_why_two_lists_are_one_playlist(laid: Crate) -> None:
    other = laid.base / "older"
    other.mkdir()
    (laid.csv / "House.csv").rename(other / "House.csv")
    laid.playlist("House", [ONE, TWO, THREE])
    laid.configure(
        f'[csv]\nfolders = ["{laid.csv}", "{other}"]\n[files]\nfolders = ["{laid.files}"]\n'
        f'[targets.playlists]\nroot = "{laid.root}"\n'
    )
    laid.reconcile()
    about = texts(laid.sync("why", "House", "--json"), "about")
    assert len(about) == 3 and sum("its list counts" in line for line in about) == 1
    assert about[-1].startswith("they are one: the same name")


def test_every_kind_of_event_has_its_sentence() -> None:
    seen: set[str] = set()

    @settings(max_examples=800, database=None)
    @given(some_events)
    def each(event: Any) -> None:
        seen.add(event.kind)
        line = sentence(event, Plain())
        assert line.strip() and "\n" not in line

    each()
    assert seen == {event.kind for event in EVENTS}


def test_a_title_with_a_line_break_stays_on_its_line() -> None:
    assert "\n" not in sentence(TrackSeen(Ref("a"), "csv", "One\nTwo"), Plain())
