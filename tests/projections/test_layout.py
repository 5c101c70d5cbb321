"""Which file should exist where: names, collisions, origins, and what a person said."""

from __future__ import annotations

import pytest

from projections.files import FileRow, TrashRow
from projections.layout import Layout, Layouter, Waiting
from projections.naming import suffix
from state.events import (
    FileClaimed,
    FileMatched,
    MatchPinned,
    MatchRejected,
    MatterClosed,
    PlacementPinned,
    PlaylistMembershipFound,
    PlaylistsMerged,
    PolicySet,
    RootWentOffline,
    TrackSeen,
    TracksMerged,
)
from state.values import Placement, PlaylistRef, TrackId
from tests.engine.pretend import MUSIC, ROOT, Pretend
from tests.engine.test_planner import HOUSE, TECHNO, called, off, on, pretend, ref, track


def layout(made: Pretend, template: str | None = None) -> Layout:
    return Layouter(made.state).layout("playlists", template)


def paths(made: Pretend, template: str | None = None) -> list[str]:
    return sorted(wish.path for wish in layout(made, template).wishes.values())


def titled(name: str, title: str, artist: str = "Ann", **facts: object) -> TrackSeen:
    return TrackSeen(ref(name), "csv", title, (artist,), **facts)  # type: ignore[arg-type]


def house(tracks: str = "a", template: str = "{playlist}/{artist} - {title}") -> Pretend:
    """One playlist with these tracks, laid out."""
    made = pretend(tracks, template=template)
    made.tell(*(on(HOUSE, name) for name in tracks))
    made.settle()
    return made


# ---- names stick -------------------------------------------------------------------------------


def test_a_corrected_title_renames_nothing() -> None:
    made = house()
    made.tell(titled("a", "Another", "Bob"))
    assert paths(made) == ["House/Ann - A.mp3"] and made.plan().actions == ()


def test_a_changed_template_renames_and_then_titles_stick_again() -> None:
    made = house()
    assert paths(made, "{title}") == ["A.mp3"], "only asked"
    made.tell(PolicySet("targets.playlists.path", "{playlist}/{title}"))
    made.settle()
    assert set(made.tree()) == {"House/A.mp3"}
    made.tell(titled("a", "Another"))
    assert paths(made) == ["House/A.mp3"]


def test_a_template_that_is_set_again_as_it_was_renames_nothing() -> None:
    made = house()
    made.tell(PolicySet("targets.playlists.path", "{playlist}/{artist} - {title}"))
    assert made.plan().actions == ()


def test_a_playlist_s_new_name_renames_its_folder_and_keeps_the_files_names() -> None:
    made = house()
    made.tell(titled("a", "Another"), called(HOUSE, "Deep: House"))
    assert paths(made) == ["Deep_ House/Ann - A.mp3"]


def test_a_playlist_that_is_called_the_same_again_keeps_its_folder() -> None:
    made = house()
    made.tell(called(HOUSE, "Deep"), called(HOUSE, "House"))
    assert paths(made) == ["House/Ann - A.mp3"]


def test_a_name_that_changes_in_nothing_but_its_case_is_a_new_name() -> None:
    made = house()
    made.tell(called(HOUSE, "HOUSE"))
    assert paths(made) == ["HOUSE/Ann - A.mp3"]


def test_what_comes_back_from_the_trash_has_its_old_name() -> None:
    made = house("ab")
    made.tell(PolicySet("playlists.exclude", ("*",)))
    made.settle()
    made.tell(titled("a", "Another"), PolicySet("playlists.exclude", ()))
    made.settle()
    assert set(made.tree()) == {"House/Ann - A.mp3", "House/Ann - B.mp3"}


# ---- collisions --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "other"),
    [("One", "One"), ("One", "ONE"), ("Oné", "One\u0301"), ("One_", "One?"), ("One", " One. ")],
)
def test_of_two_names_that_some_disk_takes_for_one_the_first_holder_keeps_it(
    first: str, other: str
) -> None:
    made = pretend("")
    for name, title in (("b", first), ("a", other)):
        made.put(MUSIC, f"{name}.mp3", f"audio {name}")
        made.tell(*track(name, title), on(HOUSE, name))
        made.settle()
    assert sorted(made.tree().values()) == ["audio a", "audio b"]
    assert made.tree()[f"House/Ann - {first}.mp3"] == "audio b"
    assert sum(f"[{suffix(ref('a'))}]" in path for path in made.tree()) == 1
    made.tell(titled("b", "Moved on"), called(HOUSE, "Deep"))
    made.settle()
    assert made.tree()[f"Deep/Ann - {first}.mp3"] == "audio b", "and keeps it"


def test_two_playlists_that_some_disk_takes_for_one_have_two_folders() -> None:
    made = pretend("a")
    made.tell(called(TECHNO, "house"), on(HOUSE, "a"), on(TECHNO, "a"))
    assert paths(made) == [
        "House/Ann - A.mp3",
        f"house [{suffix(TECHNO)}]/Ann - A.mp3",
    ]


def test_a_playlist_called_unassigned_is_not_the_one_of_tracks_without_any() -> None:
    made = pretend("ab")
    made.tell(called(HOUSE, "unassigned"), on(HOUSE, "a"))
    assert paths(made) == [
        "Unassigned/Ann - B.mp3",
        f"unassigned [{suffix(HOUSE)}]/Ann - A.mp3",
    ]


def test_a_file_that_is_not_ours_is_never_in_the_way() -> None:
    made = pretend("a")
    made.put(ROOT, "house/ANN - a.mp3", "audio of somebody")
    made.tell(on(HOUSE, "a"))
    made.settle()
    assert made.tree() == {
        "house/ANN - a.mp3": "audio of somebody",
        f"House/Ann - A [{suffix(ref('a'))}].mp3": "audio a",
    }


def test_a_track_that_says_nothing_still_has_a_name() -> None:
    made = pretend("")
    made.put(MUSIC, "x.mp3", "audio x")
    made.tell(TrackSeen(ref("x"), "csv", ""), FileMatched("audio x", ref("x"), "isrc", 1.0, "x"))
    assert paths(made) == ["Unassigned/_ - track_x.mp3"]


# ---- which ones --------------------------------------------------------------------------------


def test_excluded_playlists_want_nothing_not_even_in_unassigned() -> None:
    made = pretend("ab")
    made.tell(on(HOUSE, "a"), PolicySet("playlists.exclude", ("HOU*",)))
    assert paths(made) == ["Unassigned/Ann - B.mp3"]
    made.tell(PolicySet("playlists.exclude", ()), PolicySet("playlists.include", ("Techno",)))
    assert paths(made) == ["Unassigned/Ann - B.mp3"]


def test_a_track_on_an_excluded_playlist_and_on_another_has_its_place_there() -> None:
    made = pretend("a")
    made.tell(on(HOUSE, "a"), on(TECHNO, "a"), PolicySet("playlists.exclude", ("House",)))
    assert paths(made) == ["Techno/Ann - A.mp3"]


def test_a_template_without_playlists_has_each_track_once() -> None:
    made = pretend("ab", template="{artist}/{title}")
    made.tell(on(HOUSE, "a"), on(TECHNO, "a"))
    assert paths(made) == ["Ann/A.mp3", "Ann/B.mp3"]


def test_a_track_that_stands_twice_on_a_playlist_has_one_file() -> None:
    made = pretend("a")
    twice = on(HOUSE, "a")
    made.tell(twice, type(twice)(HOUSE, "track:a#2", ref("a"), "a9"))
    assert paths(made) == ["House/Ann - A.mp3"]


def test_tracks_that_became_one_have_one_file() -> None:
    made = house("ab")
    made.tell(TracksMerged(ref("a"), ref("b")))
    assert paths(made) == ["House/Ann - A.mp3"]
    assert [row.path for row in layout(made).surplus] == ["House/Ann - B.mp3"]


def test_playlists_that_became_one_have_one_folder() -> None:
    made = pretend("ab")
    made.tell(on(HOUSE, "a"), on(TECHNO, "b"))
    made.settle()
    made.tell(PlaylistsMerged(HOUSE, TECHNO))
    assert len({path.partition("/")[0] for path in paths(made)}) <= 2
    made.settle()
    assert len({path.partition("/")[0] for path in made.tree()} - {"Unassigned"}) == 1


def test_a_track_without_audio_waits_and_one_on_no_playlist_is_not_missed() -> None:
    made = pretend("")
    made.tell(titled("a", "A"), titled("b", "B"), on(HOUSE, "a"))
    [waiting] = layout(made).waiting
    assert waiting == Waiting(TrackId(ref("a")), "House", "no audio is known")


def test_a_person_says_that_a_file_shall_not_be_there() -> None:
    made = pretend("a")
    made.tell(on(HOUSE, "a"), on(TECHNO, "a"))
    placement = Placement("playlists", HOUSE, ref("a"))
    made.tell(PlacementPinned(placement, False))
    assert paths(made) == ["Techno/Ann - A.mp3"]
    made.tell(PlacementPinned(placement, True))
    assert paths(made) == ["House/Ann - A.mp3", "Techno/Ann - A.mp3"]


# ---- files that were there before --------------------------------------------------------------


def test_a_claimed_file_is_the_placement_and_keeps_its_path() -> None:
    made = pretend("a")
    made.put(ROOT, "House/01 a.mp3", "audio a")
    placement = Placement("playlists", HOUSE, ref("a"))
    claim = FileClaimed(ROOT, "House/01 a.mp3", placement, "{playlist}/01 a", "House")
    made.tell(on(HOUSE, "a"), claim)
    assert paths(made) == ["House/01 a.mp3"] and made.plan().actions == ()
    made.tell(called(HOUSE, "Deep"), PolicySet("targets.playlists.path", "{playlist}/{title}"))
    assert paths(made) == ["House/01 a.mp3"] and made.plan().actions == ()


def test_a_file_that_was_given_to_us_moves_with_its_playlist() -> None:
    made = pretend("a")
    made.put(ROOT, "House/01 a.MP3", "audio a")
    placement = Placement("playlists", HOUSE, ref("a"))
    claim = FileClaimed(ROOT, "House/01 a.MP3", placement, "{playlist}/01 a", "House", own=True)
    made.tell(on(HOUSE, "a"), claim)
    assert made.plan().actions == ()
    made.tell(called(HOUSE, "Deep"))
    assert paths(made) == ["Deep/01 a.MP3"]


# ---- what a person did -------------------------------------------------------------------------


def test_a_file_that_a_person_took_away_holds_its_place_until_they_answer() -> None:
    made = house("ab")
    made.remove(ROOT, "House/Ann - A.mp3")
    [held] = [wish for wish in layout(made).wishes.values() if wish.held is not None]
    assert (held.path, held.has, held.origin) == ("House/Ann - A.mp3", None, None)
    assert made.plan().actions == ()
    made.tell(MatterClosed("edited:playlists", "restore"))
    made.settle()
    assert set(made.tree()) == {"House/Ann - A.mp3", "House/Ann - B.mp3"}


def test_nobody_else_gets_the_place_meanwhile() -> None:
    made = house()
    made.remove(ROOT, "House/Ann - A.mp3")
    made.put(MUSIC, "b.mp3", "audio b")
    made.tell(*track("b", "A"), PlaylistMembershipFound(HOUSE, ref("b"), ref("b"), "Zz"))
    made.settle()
    assert made.tree() == {f"House/Ann - A [{suffix(ref('b'))}].mp3": "audio b"}


def test_by_policy_it_is_put_back_at_once_under_its_old_name() -> None:
    made = house("ab")
    made.tell(PolicySet("targets.playlists.on_edit", "restore"), titled("a", "Another"))
    made.remove(ROOT, "House/Ann - A.mp3")
    [action] = made.settle()
    assert (action.kind, action.path) == ("place", "House/Ann - A.mp3")


# ---- which audio -------------------------------------------------------------------------------


def origin(made: Pretend, playlist: PlaylistRef = TECHNO) -> FileRow | TrashRow:
    wish = layout(made).wishes[Placement("playlists", playlist, ref("a"))]
    assert wish.origin is not None
    return wish.origin


def test_another_placement_is_an_origin_before_the_music_folder() -> None:
    made = house()
    made.tell(on(TECHNO, "a"))
    found = origin(made)
    assert isinstance(found, FileRow) and (found.root, found.path) == (ROOT, "House/Ann - A.mp3")


def test_what_this_placement_had_is_restored_before_anything_is_copied() -> None:
    made = house()
    made.tell(on(TECHNO, "a"))
    made.settle()
    made.tell(off(TECHNO, "a"))
    made.settle()
    made.tell(on(TECHNO, "a"))
    found = origin(made)
    assert isinstance(found, TrashRow) and found.file.path == "Techno/Ann - A.mp3"


def test_what_another_placement_had_comes_out_of_the_trash_before_a_copy_from_elsewhere() -> None:
    made = house()
    made.tell(PolicySet("playlists.exclude", ("*",)))
    made.settle()
    made.tell(PolicySet("playlists.exclude", ("House",)), on(TECHNO, "a"))
    assert isinstance(origin(made), TrashRow)


@pytest.mark.parametrize("order", [1, -1])
def test_lossless_before_lossy_whatever_was_seen_first(order: int) -> None:
    made = pretend("")
    for codec in ["mp3", "flac"][::order]:
        made.put(MUSIC, f"x.{codec}", f"audio {codec}", codec)
        made.tell(FileMatched(f"audio {codec}", ref("a"), "isrc", 1.0, "x"))
    made.tell(titled("a", "A"), called(TECHNO, "Techno"), on(TECHNO, "a"))
    found = origin(made)
    assert isinstance(found, FileRow) and found.codec == "flac"
    assert paths(made) == ["Techno/Ann - A.flac"]


def test_a_root_that_is_away_is_no_origin() -> None:
    made = pretend("a")
    made.tell(on(TECHNO, "a"), RootWentOffline(MUSIC, "gone"))
    assert paths(made) == []
    [waiting] = layout(made).waiting
    assert waiting.why == "its audio lies in files/music, which is not there now"


def test_a_pinned_match_is_the_only_one_and_a_rejected_one_is_none() -> None:
    made = pretend("ab")
    made.tell(on(TECHNO, "a"), MatchPinned("audio b", ref("a")))
    found = origin(made)
    assert isinstance(found, FileRow) and found.audio == "audio b"
    made.tell(MatchRejected("audio b", ref("a")))
    found = origin(made)
    assert isinstance(found, FileRow) and found.audio == "audio a"
    made.tell(MatchRejected("audio a"))
    assert [waiting.track for waiting in layout(made).waiting] == [TrackId(ref("a"))]


def test_a_file_with_rejected_audio_is_surplus_and_the_right_one_takes_its_place() -> None:
    made = house("ab")
    made.tell(MatchPinned("audio b", ref("a")), off(HOUSE, "b"))
    assert [row.path for row in layout(made).surplus] == ["House/Ann - A.mp3", "House/Ann - B.mp3"]
    made.settle()
    assert made.tree()["House/Ann - A.mp3"] == "audio b"
