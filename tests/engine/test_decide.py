"""What follows from what was seen: settings, matches, claims, a person's edits, open questions."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from engine import decide
from engine.matching import Decision, Match
from projections.layout import Layouter
from state.events import (
    Event,
    FileClaimed,
    FileSeen,
    MatchPinned,
    MatchRejected,
    MatterClosed,
    MatterOpened,
    PlacementPinned,
    PlaylistSeen,
    PlaylistsSeparated,
    PolicySet,
    RootWentOffline,
    TracksMerged,
)
from state.values import Candidate, Placement, PlaylistRef, Ref, Tags
from tests.engine.pretend import MUSIC, ROOT, TEMPLATE, Pretend
from tests.engine.test_planner import HOUSE, TECHNO, called, on, pretend, ref, track


def told(made: Pretend, events: Iterable[Event]) -> list[Event]:
    """The events, made known."""
    events = list(events)
    made.tell(*events)
    return events


# ---- settings ----------------------------------------------------------------------------------

PATH = "targets.playlists.path"


def policy(made: Pretend, *, templates: bool = False, **wanted: object) -> list[Event]:
    settings = {name.replace("_", "."): value for name, value in wanted.items()}
    return told(made, decide.policy(made.state, settings, templates=templates))


def test_settings_are_told_when_they_change_and_when_they_go() -> None:
    made = Pretend()
    assert policy(made, targets_playlists_path=TEMPLATE, a="x") == [PolicySet("a", "x")]
    assert policy(made, targets_playlists_path=TEMPLATE, a="x") == []
    assert policy(made, targets_playlists_path=TEMPLATE, a=("y",)) == [PolicySet("a", ("y",))]
    assert policy(made, targets_playlists_path=TEMPLATE) == [PolicySet("a", None)]


def test_a_template_that_renames_files_waits_to_be_applied() -> None:
    made = Pretend()
    assert policy(made, targets_playlists_path="{title}") == []
    assert policy(made, targets_playlists_path="{title}", templates=True) == [
        PolicySet(PATH, "{title}")
    ]
    assert decide.renames(PATH) and not decide.renames("targets.m3u8.path")


def test_the_first_template_waits_for_nobody() -> None:
    made = Pretend()
    made.tell(PolicySet(PATH, None))
    assert policy(made, targets_playlists_path="{title}") == [PolicySet(PATH, "{title}")]


# ---- matches -----------------------------------------------------------------------------------


def decisions(made: Pretend) -> dict[str, Decision]:
    return decide.decisions(made.state, Layouter(made.state))


def matched(made: Pretend) -> list[tuple[str, Ref]]:
    events = told(made, decide.matches(made.state, decisions(made)))
    return [(event.audio, event.track) for event in events]  # type: ignore[attr-defined]


def heard(made: Pretend, path: str, title: str) -> None:
    """A file whose tags say what it is."""
    made.put(MUSIC, path, f"tagged {path}")
    made.tell(
        FileSeen(MUSIC, path, 5, f"tagged {path}", 0, "mp3", Tags(title, ("Ann",)), bitrate=1)
    )


def test_a_file_is_matched_once() -> None:
    made = pretend("a")
    heard(made, "x.mp3", "A")
    assert matched(made) == [("tagged x.mp3", ref("a"))]
    assert matched(made) == []


def test_what_a_person_pinned_is_not_decided_and_what_they_rejected_is_not_found_again() -> None:
    made = pretend("ab")
    heard(made, "x.mp3", "A")
    made.tell(MatchPinned("tagged x.mp3", ref("b")))
    assert "tagged x.mp3" not in decisions(made)
    heard(made, "y.mp3", "A")
    made.tell(MatchRejected("tagged y.mp3", ref("a")))
    assert ("tagged y.mp3", ref("a")) not in matched(made)


def test_a_rejection_holds_under_every_name_of_the_track() -> None:
    made = pretend("ab")
    heard(made, "x.mp3", "B")
    made.tell(MatchRejected("tagged x.mp3", ref("b")), TracksMerged(ref("a"), ref("b")))
    assert matched(made) == []


def test_a_match_of_a_track_that_is_known_under_another_name_is_no_news() -> None:
    made = pretend("ab")
    made.tell(TracksMerged(ref("a"), ref("b")))
    decided = {"audio b": Decision((Match(ref("a"), "title", 1.0, "x"),))}
    assert list(decide.matches(made.state, decided)) == []


# ---- claims ------------------------------------------------------------------------------------


def claimed(made: Pretend) -> list[tuple[str, str, str]]:
    """Path, sticky name and folder of each claim; claiming again says nothing."""
    events = told(made, decide.claims(made.state, Layouter(made.state)))
    assert list(decide.claims(made.state, Layouter(made.state))) == []
    claims = [event for event in events if isinstance(event, FileClaimed)]
    assert not any(claim.own for claim in claims)
    return [(claim.path, claim.name, claim.folder) for claim in claims]


@pytest.mark.parametrize(
    ("path", "name", "folder"),
    [
        ("House/01 one.mp3", "{playlist}/01 one", "House"),
        ("HOUSE/one.mp3", "{playlist}/one", "HOUSE"),
        ("House_/one.mp3", "{playlist}/one", "House_"),
        ("old/House/disc 1/one.mp3", "old/{playlist}/disc 1/one", "House"),
    ],
)
def test_a_file_in_its_playlist_s_folder_is_it(path: str, name: str, folder: str) -> None:
    made = pretend("a")
    made.put(ROOT, path, "audio a")
    made.tell(on(HOUSE, "a"))
    assert claimed(made) == [(path, name, folder)]
    assert made.plan().actions == ()


@pytest.mark.parametrize("path", ["Techno/a.mp3", "a.mp3", "Warehouse/a.mp3"])
def test_a_file_that_lies_elsewhere_is_not(path: str) -> None:
    made = pretend("a")
    made.put(ROOT, path, "audio a")
    made.tell(on(HOUSE, "a"))
    assert claimed(made) == []


def test_without_folders_of_playlists_the_same_place_will_do() -> None:
    made = pretend("a", template="{artist}/{title}")
    made.put(ROOT, "ann/x.mp3", "audio a")
    assert claimed(made) == [("ann/x.mp3", "ann/x", "Unassigned")]


def test_each_playlist_claims_its_own_copy_and_of_two_copies_one() -> None:
    made = pretend("a")
    for path in ("House/b.mp3", "House/a.mp3", "Techno/a.mp3"):
        made.put(ROOT, path, "audio a")
    made.tell(on(HOUSE, "a"), on(TECHNO, "a"))
    assert [path for path, *_ in claimed(made)] == ["House/a.mp3", "Techno/a.mp3"]
    assert made.plan().actions == ()


def test_what_is_offline_or_rejected_or_already_there_is_not_claimed() -> None:
    made = pretend("a")
    made.put(ROOT, "House/a.mp3", "audio a")
    made.tell(on(HOUSE, "a"), RootWentOffline(ROOT, "gone"))
    assert claimed(made) == []
    made = pretend("a")
    made.tell(on(HOUSE, "a"))
    made.settle()
    made.put(ROOT, "House/a.mp3", "audio a")
    assert claimed(made) == []


# ---- what a person did to our files ------------------------------------------------------------


def laid_out(tracks: str = "a") -> Pretend:
    made = pretend(tracks)
    made.tell(*(on(HOUSE, name) for name in tracks))
    made.settle()
    return made


def test_followed_a_moved_file_stays_where_it_is_and_a_deleted_one_away() -> None:
    made = laid_out("ab")
    made.put(ROOT, "mine/A.mp3", made.remove(ROOT, "House/Ann - A.mp3"))
    made.remove(ROOT, "House/Ann - B.mp3")
    assert list(decide.edits(made.state)) == [], "only if that is the policy"
    made.tell(PolicySet("targets.playlists.on_edit", "follow"))
    one, other = (Placement("playlists", HOUSE, ref(name)) for name in "ab")
    assert told(made, decide.edits(made.state)) == [
        FileClaimed(ROOT, "mine/A.mp3", one, "mine/A", "", own=True),
        PlacementPinned(other, False),
    ]
    assert made.plan().actions == () and list(decide.edits(made.state)) == []
    assert made.tree() == {"mine/A.mp3": "audio a"}


def test_followed_a_file_that_moved_within_its_folder_still_moves_with_the_playlist() -> None:
    made = laid_out()
    made.put(ROOT, "House/best/A.mp3", made.remove(ROOT, "House/Ann - A.mp3"))
    told(made, decide.followed(made.state, decide.missing(made.state, "playlists")))
    made.tell(called(HOUSE, "Deep"))
    made.settle()
    assert made.tree() == {"Deep/best/A.mp3": "audio a"}


# ---- matters -----------------------------------------------------------------------------------


def matters(made: Pretend, decided: dict[str, Decision] | None = None) -> list[Event]:
    """What is opened and closed; asking again says nothing."""
    events = told(made, decide.matters(made.state, Layouter(made.state), decided or {}, 0))
    assert list(decide.matters(made.state, Layouter(made.state), decided or {}, 0)) == []
    return events


def doubt(*tracks: str) -> dict[str, Decision]:
    return {"strange": Decision(review=tuple(Candidate(ref(each), 0.5, "x") for each in tracks))}


def test_a_doubtful_file_is_asked_about_until_it_is_matched() -> None:
    made = pretend("ab")
    made.put(MUSIC, "x.mp3", "strange")
    [opened] = matters(made, doubt("a", "b"))
    assert isinstance(opened, MatterOpened)
    assert (opened.matter, opened.topic, opened.path) == ("match:strange", "match", "x.mp3")
    assert "one of 2 tracks" in opened.text and len(opened.candidates) == 2
    [changed] = matters(made, doubt("a"))
    assert isinstance(changed, MatterOpened) and "may be 1 track" in changed.text
    made.tell(MatchPinned("strange", ref("a")))
    assert matters(made, doubt("a")) == [MatterClosed("match:strange")]


def test_two_playlists_of_one_name_are_asked_about_until_a_person_says() -> None:
    made = pretend("ab")
    other = PlaylistRef("csv:y/House")
    made.tell(on(HOUSE, "a"), PlaylistSeen(other, "csv", "house", "y"), on(other, "b"))
    [opened] = matters(made)
    assert isinstance(opened, MatterOpened) and opened.topic == "same playlist"
    assert "'House' of x and 'house' of y" in opened.text
    made.tell(PlaylistsSeparated(HOUSE, other))
    assert matters(made) == [MatterClosed(opened.matter)]


@pytest.mark.parametrize("answer", ["restore", "come back", "policy"])
def test_files_that_a_person_took_away_are_asked_about_together(answer: str) -> None:
    made = laid_out("abcde")
    paths = [f"House/Ann - {name}.mp3" for name in "ABCDE"]
    for path in paths:
        made.remove(ROOT, path)
    [opened] = matters(made)
    assert isinstance(opened, MatterOpened) and opened.matter == "edited:playlists"
    assert opened.text.startswith("5 files of target playlists moved or deleted by somebody: ")
    assert ", ".join(paths[:3]) + " and 2 more" in opened.text
    if answer == "restore":
        made.tell(MatterClosed("edited:playlists", "restore"))
        assert matters(made) == []
        return
    if answer == "policy":
        made.tell(PolicySet("targets.playlists.on_edit", "restore"))
    else:
        for path, name in zip(paths, "abcde", strict=True):
            made.put(ROOT, path, f"audio {name}")
    assert matters(made) == [MatterClosed("edited:playlists")]


def test_a_conflict_is_not_closed_by_itself() -> None:
    made = Pretend()
    made.tell(MatterOpened("conflict:7", "conflict", "look at it"), *track("a"))
    assert matters(made) == []
