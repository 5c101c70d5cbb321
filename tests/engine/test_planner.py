"""Plans: what they hold, in which order, and that carrying them out gives what was wanted."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.guard import guard
from projections.layout import Layouter
from projections.naming import collision_key
from state.events import (
    Event,
    FileClaimed,
    FileMatched,
    MatchPinned,
    MatchRejected,
    PlacementPinned,
    PlaylistMembershipFound,
    PlaylistMembershipLost,
    PlaylistSeen,
    PlaylistsMerged,
    PlaylistsSeparated,
    PolicySet,
    RootWentOffline,
    TrackSeen,
    TracksMerged,
    TracksSeparated,
)
from state.values import Placement, PlaylistRef, Ref
from tests.engine.pretend import MUSIC, ROOT, TEMPLATE, Pretend

HOUSE, TECHNO, TRANCE = (PlaylistRef(f"csv:x/{name}") for name in ("House", "Techno", "Trance"))
NAMES = {HOUSE: "House", TECHNO: "Techno", TRANCE: "Trance"}


def ref(name: str) -> Ref:
    return Ref(f"track:{name}")


def track(name: str, title: str = "") -> list[Event]:
    """A track whose audio lies in the music folder."""
    return [
        TrackSeen(ref(name), "csv", title or name.upper(), ("Ann",)),
        FileMatched(f"audio {name}", ref(name), "isrc", 1.0, "same isrc"),
    ]


def called(playlist: PlaylistRef, name: str) -> PlaylistSeen:
    return PlaylistSeen(playlist, "csv", name, "x")


def on(playlist: PlaylistRef, name: str) -> PlaylistMembershipFound:
    return PlaylistMembershipFound(playlist, ref(name), ref(name), f"a{ord(name) - ord('a')}")


def off(playlist: PlaylistRef, name: str) -> PlaylistMembershipLost:
    return PlaylistMembershipLost(playlist, ref(name))


def pretend(tracks: str = "abc", *, template: str = TEMPLATE, lists: bool = False) -> Pretend:
    """Tracks with audio, and three empty playlists."""
    made = Pretend(template, lists=lists)
    for name in tracks:
        made.put(MUSIC, f"{name}.mp3", f"audio {name}")
        made.tell(*track(name))
    made.tell(*(called(playlist, name) for playlist, name in NAMES.items()))
    return made


def kinds(made: Pretend) -> list[str]:
    return [action.kind for action in made.settle()]


# ---- one by one --------------------------------------------------------------------------------


def test_a_track_on_two_playlists_is_placed_twice_and_one_on_none_goes_to_unassigned() -> None:
    made = pretend("ab")
    made.tell(on(HOUSE, "a"), on(TECHNO, "a"))
    assert kinds(made) == ["place"] * 3
    assert made.tree() == {
        "House/Ann - A.mp3": "audio a",
        "Techno/Ann - A.mp3": "audio a",
        "Unassigned/Ann - B.mp3": "audio b",
    }


def test_a_track_that_changes_its_playlist_is_moved() -> None:
    made = pretend("a")
    made.tell(on(HOUSE, "a"))
    made.settle()
    made.tell(off(HOUSE, "a"), on(TECHNO, "a"))
    [action] = made.settle()
    assert (action.kind, action.source, action.path) == (
        "move",
        "House/Ann - A.mp3",
        "Techno/Ann - A.mp3",
    )
    assert action.removes and action.playlist == HOUSE


def test_a_track_that_leaves_one_playlist_for_two_is_moved_and_placed_in_one_pass() -> None:
    made = pretend("a")
    made.tell(on(HOUSE, "a"))
    made.settle()
    made.tell(off(HOUSE, "a"), on(TECHNO, "a"), on(TRANCE, "a"))
    assert sorted(kinds(made)) == ["move", "place"]


def test_a_playlist_gets_a_new_name_and_another_one_gets_its_track() -> None:
    made = pretend("a")
    made.tell(on(HOUSE, "a"))
    made.settle()
    made.tell(called(HOUSE, "Deep"), on(TECHNO, "a"), called(TRANCE, "Z"), on(TRANCE, "a"))
    assert sorted(kinds(made)) == ["move", "place", "place"]


def test_what_lies_in_the_trash_and_is_wanted_twice_is_restored_once() -> None:
    made = pretend("a")
    made.tell(on(HOUSE, "a"))
    made.settle()
    made.tell(PolicySet("playlists.exclude", ("*",)))
    assert kinds(made) == ["trash"]
    made.remove(MUSIC, "a.mp3")
    made.tell(PolicySet("playlists.exclude", ("House",)), on(TECHNO, "a"), on(TRANCE, "a"))
    assert sorted(kinds(made)) == ["place", "restore"]


def test_two_playlists_swap_their_names() -> None:
    made = pretend("a", lists=True)
    made.tell(on(HOUSE, "a"), on(TECHNO, "a"))
    made.settle()
    made.tell(called(HOUSE, "Techno"), called(TECHNO, "House"))
    assert {action.kind for action in made.settle()} == {"move", "write"}
    assert set(made.tree()) == {
        "House.m3u8", "House/Ann - A.mp3", "Techno.m3u8", "Techno/Ann - A.mp3", "Trance.m3u8",
    }  # fmt: skip


def test_three_playlists_change_names_in_a_circle() -> None:
    made = pretend("a", lists=True)
    made.tell(on(HOUSE, "a"), on(TECHNO, "a"), on(TRANCE, "a"))
    made.settle()
    before = set(made.tree())
    made.tell(called(HOUSE, "Techno"), called(TECHNO, "Trance"), called(TRANCE, "House"))
    assert {action.kind for action in made.settle()} == {"move", "write"}
    assert set(made.tree()) == before


def test_a_name_that_changes_in_nothing_but_its_case_takes_two_steps() -> None:
    made = pretend("a")
    made.tell(on(HOUSE, "a"))
    made.settle()
    made.tell(called(HOUSE, "HOUSE"))
    first, second = made.settle()
    assert first.path.startswith(".cratelog/park/") and second.source == first.path
    assert set(made.tree()) == {"HOUSE/Ann - A.mp3"}


def test_a_long_chain_of_leavers_and_comers_is_one_plan() -> None:
    made = pretend("", template="{title}")
    names = [f"{number:04}" for number in range(1500)]
    for number, name in enumerate(names):
        made.put(MUSIC, f"{name}.mp3", f"audio {name}")
        made.tell(*track(name, names[number]))
    made.settle()
    for number, name in enumerate(names[:-1]):
        made.tell(TrackSeen(ref(name), "csv", names[number + 1], ("Ann",)))
    made.tell(
        TrackSeen(ref(names[-1]), "csv", "last", ("Ann",)),
        PolicySet("targets.playlists.path", "{title} "),
    )
    assert len(made.settle()) == 1500


def test_a_target_that_is_not_there_is_blocked_and_nothing_is_planned_for_it() -> None:
    made = pretend("a")
    made.tell(on(HOUSE, "a"), RootWentOffline(ROOT, "/playlists: not mounted"))
    plan = made.plan()
    assert plan.actions == ()
    assert [(each.subject, each.why) for each in plan.blocked] == [
        ("target playlists", "/playlists: not mounted")
    ]


# ---- lists -------------------------------------------------------------------------------------


def test_playlists_that_became_one_have_one_list() -> None:
    made = pretend("ab", lists=True)
    made.tell(on(HOUSE, "a"), on(TECHNO, "b"))
    made.settle()
    made.tell(PlaylistsMerged(HOUSE, TECHNO))
    made.settle()
    lists = [path for path in made.tree() if path.endswith(".m3u8")]
    assert len(lists) == 2


def test_a_list_of_a_playlist_that_is_not_laid_out_any_more_is_trashed() -> None:
    made = pretend("a", lists=True)
    made.tell(on(HOUSE, "a"))
    made.settle()
    made.tell(PolicySet("playlists.exclude", ("house",)))
    made.settle()
    assert set(made.tree()) == {"Techno.m3u8", "Trance.m3u8"}


# ---- any history -------------------------------------------------------------------------------

some = st.sampled_from
tracks = some("abcd")
playlists = some([HOUSE, TECHNO, TRANCE])
placements = st.builds(lambda p, t: Placement("playlists", p, ref(t)), playlists, tracks)
edits = st.one_of(
    st.builds(on, playlists, tracks),
    st.builds(on, playlists, tracks),
    st.builds(on, playlists, tracks),
    st.builds(off, playlists, tracks),
    st.builds(off, playlists, tracks),
    st.builds(called, playlists, some(["House", "house", "Techno", "Unassigned", "A/B", "A_B"])),
    st.builds(
        lambda name, title: TrackSeen(ref(name), "csv", title, ("Ann",)),
        tracks,
        some(["One", "one", "Two", "…"]),
    ),
    st.builds(
        PolicySet,
        st.just("targets.playlists.path"),
        some([TEMPLATE, "{title}", "{artist}/{title}", "{playlist} {title}"]),
    ),
    st.builds(PolicySet, st.just("playlists.exclude"), some([(), ("house",), ("T*",), ("*",)])),
    st.builds(PolicySet, st.just("targets.playlists.on_edit"), some(["ask", "restore"])),
    st.builds(lambda a, t: MatchPinned(f"audio {a}", ref(t)), tracks, tracks),
    st.builds(lambda a, t: MatchRejected(f"audio {a}", ref(t)), tracks, tracks),
    st.builds(lambda a, t: FileMatched(f"audio {a}", ref(t), "isrc", 1.0, "x"), tracks, tracks),
    st.builds(lambda a, b: TracksMerged(ref(a), ref(b)), tracks, tracks),
    st.builds(lambda a, b: TracksSeparated(ref(a), ref(b)), tracks, tracks),
    st.builds(PlaylistsMerged, playlists, playlists),
    st.builds(PlaylistsSeparated, playlists, playlists),
    st.builds(PlacementPinned, placements, st.booleans()),
)
PATHS = ["House/Ann - A.mp3", "techno/ann - one.mp3", "House/x.mp3", "mine.mp3"]


def _somebody(draw: st.DrawFn, made: Pretend) -> None:
    """A person puts a file of their own into the tree, gives it to us, or takes one away."""
    files = [row for row in made.state.files.files if row.root == ROOT and row.audio]
    what = draw(some(["put", "claim", "remove", "move"]))
    path = draw(some(PATHS))
    free = all(collision_key(path) != key for _, key in made.files)
    if what == "put" and free:
        made.put(ROOT, path, draw(some(["audio a", "audio b", "audio e"])))
    elif what == "claim" and (strange := [row for row in files if row.placement is None]):
        row = draw(some(sorted(strange, key=lambda row: row.path)))
        own = draw(st.booleans())
        made.tell(FileClaimed(ROOT, row.path, draw(placements), "{playlist}/x", "House", own))
    elif files and what in ("remove", "move"):
        row = draw(some(sorted(files, key=lambda row: row.path)))
        audio = made.remove(ROOT, row.path)
        if what == "move" and free:
            made.put(ROOT, path, audio)


@settings(max_examples=200)
@given(st.data())
def test_carrying_out_a_plan_gives_what_was_wanted(data: st.DataObject) -> None:
    made = pretend("abcd", lists=data.draw(st.booleans()))
    for _ in range(data.draw(st.integers(1, 4))):
        made.tell(*data.draw(st.lists(edits, max_size=6)))
        if data.draw(st.booleans()):
            data.draw(st.composite(_somebody)(made))
        strangers = {
            row.path: row.audio
            for row in made.state.files.files
            if row.root == ROOT and row.audio and not row.ours
        }
        plan = made.plan()
        assert plan == made.plan()
        if data.draw(st.booleans()):  # what the guard leaves of a plan can be carried out too
            made.carry_out(guard(made.state, Layouter(made.state), plan, now=0).actions)
        made.settle()
        tree, layout = made.tree(), Layouter(made.state).layout("playlists")
        assert strangers.items() <= tree.items(), "what is not ours is not touched"
        wanted = {wish.path: wish for wish in layout.wishes.values() if wish.held is None}
        serving = Layouter(made.state).serving
        for path, wish in wanted.items():
            assert serving.may_serve(tree[path], wish.placement.track)  # type: ignore[arg-type]
        lists = {path for path in tree if path.endswith(".m3u8")}
        assert set(tree) == wanted.keys() | strangers.keys() | lists
        assert set(made.tree(MUSIC)) == {"a.mp3", "b.mp3", "c.mp3", "d.mp3"}
