"""A person's word about files and tracks: pins, rejections, merges, answers, adoptions."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from adapters.sandbox import music
from engine import answers, people
from engine.cli import asking, review
from engine.people import CannotTell
from projections.registry import State
from state.events import (
    Event,
    MatchPinned,
    MatchRejected,
    MatterClosed,
    MatterOpened,
    TrackSeen,
    TracksMerged,
)
from state.log import Recorded
from state.values import Candidate, Ref, RootId
from tests.crate import Crate, Song, song

ONE, TWO, THREE = song(1), song(2), song(3)


def state_of(*events: Event) -> State:
    state = State()
    state.fold(Recorded(number, 0, None, event) for number, event in enumerate(events, 1))
    return state


def seen(number: int, title: str, artist: str) -> TrackSeen:
    return TrackSeen(Ref(f"spotify:track:{number:022d}"), "csv", title, (artist,))


LIBRARY = state_of(
    seen(1, "Strobe", "deadmau5"),
    seen(2, "Strobe (Radio Edit)", "deadmau5"),
    seen(3, "Opus", "Eric Prydz"),
)


# ---- what words mean ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "said",
    [
        f"spotify:track:{3:022d}",
        f"https://open.spotify.com/intl-de/track/{3:022d}?si=abc",
        f"{3:022d}",
        "opus",
        "prydz opus",
        "Eric Prydz - Opus",
    ],
)
def test_a_track_has_many_names(said: str) -> None:
    assert people.track(LIBRARY, said) == f"spotify:track:{3:022d}"


def test_an_exact_title_is_meant_before_longer_ones() -> None:
    assert people.track(LIBRARY, "Strobe") == f"spotify:track:{1:022d}"


def test_words_that_fit_several_tracks_show_them() -> None:
    with pytest.raises(CannotTell) as error:
        people.track(LIBRARY, "deadmau5")
    assert len(error.value.hits) == 2 and "Radio Edit" in error.value.hits[1]


def test_words_that_fit_none_show_the_nearest() -> None:
    with pytest.raises(CannotTell) as error:
        people.track(LIBRARY, "Eric Pridz Opuss")
    assert error.value.hits == (f"spotify:track:{3:022d}  Eric Prydz - Opus",)


def test_a_reference_that_nobody_knows_is_no_track() -> None:
    with pytest.raises(CannotTell):
        people.track(LIBRARY, f"spotify:track:{9:022d}")


def test_two_references_of_one_track_are_one_track_but_two_references() -> None:
    one, other = Ref(f"spotify:track:{1:022d}"), Ref(f"spotify:track:{2:022d}")
    state = state_of(
        seen(1, "Strobe", "deadmau5"), seen(2, "Strobe", "deadmau5"), TracksMerged(one, other)
    )
    assert people.track(state, "strobe") == one
    with pytest.raises(CannotTell):
        people.one_reference(state, "strobe")


# ---- what is said ------------------------------------------------------------------------------


def test_saying_it_again_is_no_news() -> None:
    audio, ref = "a" * 64, Ref(f"spotify:track:{3:022d}")
    assert people.pinned(state_of(MatchPinned(audio, ref)), audio, ref) == []
    assert people.rejected(state_of(MatchRejected(audio, ref)), audio, ref) == []
    assert people.no_track(state_of(MatchRejected(audio)), audio) == []
    assert people.pinned(state_of(MatchRejected(audio, ref)), audio, ref) != []


def test_a_track_cannot_be_separated_from_itself() -> None:
    with pytest.raises(CannotTell):
        people.separated(LIBRARY, Ref("a"), Ref("a"))


def test_a_rejected_track_is_rejected_under_all_its_references(crate: Crate) -> None:
    """Rejected as one reference, found as another, and then they turn out to be one track."""
    crate.playlist("House", [ONE, TWO])
    crate.music(ONE)
    crate.reconcile()
    with crate.library() as library:
        audio = next(row.audio for row in library.state.files.files if row.audio)
        library.append([MatchRejected(audio, Ref(TWO.uri))])
        library.append([TracksMerged(Ref(ONE.uri), Ref(TWO.uri))])
    crate.reconcile()
    assert crate.audio_tree() == [] and len(crate.trash()) == 1
    assert crate.reconcile().events == 0


# ---- match -------------------------------------------------------------------------------------


def wrongly_placed(crate: Crate) -> Path:
    """The file of THREE bears the tags of ONE, so it stands in the place of ONE."""
    crate.playlist("House", [ONE, THREE])
    path = crate.files / "wrong.wav"
    music.make(path, seconds=3, seed=3, title=ONE.title, artists=(ONE.artist,), album="Album")
    crate.reconcile()
    assert crate.audio_tree() == [placed("House", ONE)]
    return path


def placed(playlist: str, each: Song) -> str:
    return f"{playlist}/{each.artist} - {each.title}.wav"


def test_a_pin_replaces_the_wrongly_placed_file(crate: Crate) -> None:
    path = wrongly_placed(crate)
    said = crate.sync("match", str(path), THREE.uri)
    assert said.code == 0 and THREE.title in said.out and "next sync reconcile" in said.out
    report = crate.reconcile()
    assert crate.audio_tree() == [placed("House", THREE)]
    assert crate.trash() == [f"{ONE.artist} - {ONE.title}.wav"]
    assert report.done["trash"] == 1
    assert crate.reconcile().events == 0


def test_a_pinned_file_ousts_one_that_was_found(crate: Crate) -> None:
    crate.playlist("House", [ONE])
    crate.music(ONE)
    crate.reconcile()
    better = crate.files / "unknown.wav"
    music.make(better, seconds=3, seed=77, title="Something else", artists=("Nobody",))
    crate.reconcile()
    assert crate.sync("match", str(better), ONE.title).code == 0
    crate.reconcile()
    assert (crate.root / placed("House", ONE)).read_bytes() == better.read_bytes()
    assert crate.trash() == [f"{ONE.artist} - {ONE.title}.wav"]


def test_a_rejection_takes_the_file_away(crate: Crate) -> None:
    wrongly_placed(crate)
    assert crate.sync("match", "wrong.wav", "--reject").code == 0
    crate.reconcile()
    assert crate.audio_tree() == [] and len(crate.trash()) == 1
    assert crate.reconcile().events == 0


@pytest.mark.parametrize("word", ["--reject", THREE.uri], ids=["rejection", "pin"])
def test_a_word_outlives_a_rescan_a_retag_and_a_rename(crate: Crate, word: str) -> None:
    path = wrongly_placed(crate)
    assert crate.sync("match", str(path), word).code == 0
    crate.reconcile()
    after = crate.audio_tree()
    assert after == ([] if word == "--reject" else [placed("House", THREE)])
    crate.lose_state()
    crate.reconcile()
    music.make(path, seconds=3, seed=3, title=ONE.title, artists=(ONE.artist,), album="Retagged")
    crate.reconcile()
    path.rename(crate.files / f"{ONE.artist} - {ONE.title}.wav")
    crate.reconcile()
    assert crate.audio_tree() == after
    crate.lose_state()
    assert crate.reconcile().events == 0


def test_none_of_all(crate: Crate) -> None:
    path = wrongly_placed(crate)
    said = crate.sync("match", str(path), "--none", "--json")
    assert [line["type"] for line in said.lines] == ["said", "summary"]
    crate.reconcile()
    assert crate.audio_tree() == []
    again = crate.sync("match", str(path), "--none")
    assert again.code == 0 and "known already" in again.out


def test_a_person_need_not_wait_for_a_run(crate: Crate) -> None:
    path = wrongly_placed(crate)
    with crate.library() as library, library.effects():
        assert crate.sync("match", str(path), THREE.uri).code == 0
        library.refresh()
        assert len(library.state.matches.tracks(audio_of(crate))) == 1
    assert "MatchPinned" in crate.kinds()


def audio_of(crate: Crate) -> str:
    with crate.library(read_only=True) as library:
        rows = library.state.files.files
        return next(row.audio for row in rows if row.path == "wrong.wav")


def test_a_file_is_found_by_its_path_from_here_and_from_its_root(
    crate: Crate, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrongly_placed(crate)
    below = placed("House", ONE)
    with crate.library(read_only=True) as library:
        state = library.state
        for said in (str(crate.root / below), below, "../Playlists/" + below):
            assert people.file(state, said, crate.files).root == RootId("target/playlists")
        assert people.file(state, "wrong.wav", crate.files).root == RootId("files/music")
        link = crate.base / "link"
        link.symlink_to(crate.files)
        assert people.file(state, "wrong.wav", link).path == "wrong.wav"


def test_a_path_that_several_roots_have_must_be_whole(crate: Crate) -> None:
    crate.playlist("House", [ONE])
    crate.music(ONE, placed("House", ONE))
    crate.music(TWO, placed("House", ONE), root=crate.root)
    crate.reconcile()
    with crate.library(read_only=True) as library, pytest.raises(CannotTell) as error:
        people.file(library.state, placed("House", ONE), crate.base)
    assert len(error.value.hits) == 2


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["gone.mp3", "x"], "gone.mp3: no such file is known; run sync reconcile first"),
        (["wrong.wav"], "say which TRACK the file is, or --reject, or --none"),
        (["wrong.wav", "no such song at all"], "no track of this library is called so"),
        (["wrong.wav", "Title"], "may be several tracks"),
        (["wrong.wav", "--none", "--reject"], "--none stands alone"),
        (["House.m3u8", "x"], "is a playlist file, not audio"),
        (["some words", "--none"], "no such file is known"),
        ([ONE.uri, ONE.uri, "--reject"], "cannot be separated from itself"),
    ],
)
def test_bad_arguments_are_one_line_and_change_nothing(
    crate: Crate, words: list[str], line: str
) -> None:
    wrongly_placed(crate)
    before = len(crate.events())
    said = crate.sync("match", *words)
    assert said.code == 2
    assert said.err.splitlines()[-1].startswith("Error: ") and line in said.err.splitlines()[-1]
    assert said.out == "" and len(crate.events()) == before


def test_a_file_that_was_never_looked_at_wants_a_look(crate: Crate) -> None:
    wrongly_placed(crate)
    path = crate.music(TWO)
    said = crate.sync("match", str(path), ONE.uri)
    assert said.code == 2 and "was never looked at; run sync reconcile first" in said.err


def test_without_a_log_there_is_nothing_to_speak_of(crate: Crate) -> None:
    for words in (["match", "a.mp3", "x"], ["review"], ["adopt"], ["trash", "list"]):
        assert crate.sync(*words).code == 10
    assert not (crate.home / "log.db").exists()


def test_two_tracks_become_one_and_two_again(crate: Crate) -> None:
    crate.playlist("House", [ONE, TWO])
    crate.reconcile()
    assert crate.sync("match", ONE.uri, TWO.title).code == 0
    with crate.library(read_only=True) as library:
        identity = library.state.identity
        assert identity.track(Ref(ONE.uri)) == identity.track(Ref(TWO.uri))
    assert "known already" in crate.sync("match", ONE.uri, TWO.uri).out
    assert crate.sync("match", ONE.uri, TWO.uri, "--reject").code == 0
    with crate.library(read_only=True) as library:
        identity = library.state.identity
        assert identity.track(Ref(ONE.uri)) != identity.track(Ref(TWO.uri))


# ---- review ------------------------------------------------------------------------------------


@pytest.fixture
def doubtful(crate: Crate) -> Crate:
    """One audio file of which nobody can tell which of two tracks it is."""
    crate.playlist("House", [ONE, TWO])
    path = crate.music(ONE)
    crate.reconcile()
    with crate.library() as library:
        audio = people.file(library.state, path.name, crate.files).audio
        candidates = (Candidate(Ref(ONE.uri), 0.7, "title"), Candidate(Ref(TWO.uri), 0.6, "length"))
        library.append(
            [
                MatterOpened(
                    f"match:{audio}", "match", f"{path.name}: may be one of 2 tracks",
                    RootId("files/music"), path.name, candidates,
                )
            ]
        )  # fmt: skip
    return crate


def matter(crate: Crate) -> str:
    return str(crate.sync("review", "--json").lines[0]["matter"])


def test_matters_are_listed_with_all_that_helps_to_decide(doubtful: Crate) -> None:
    said = doubtful.sync("review", "--json")
    assert said.code == 0 and said.summary["matters"] == 1
    first = said.lines[0]["candidates"][0]
    assert first == {
        "number": 1,
        "track": ONE.uri,
        "title": ONE.title,
        "artists": [ONE.artist],
        "album": "Album",
        "duration_ms": 3000,
        "playlists": ["House"],
        "score": 0.7,
        "why": "title",
    }
    assert said.lines[0]["answers"] == ["1", "2", "reject", "none"]
    text = doubtful.sync("review").out
    assert f"{ONE.artist} - {ONE.title} (0:03), album 'Album', on House" in text


def test_listing_writes_nothing(doubtful: Crate) -> None:
    before = {path: path.read_bytes() for path in doubtful.home.glob("*.db")}
    doubtful.sync("review")
    assert {path: path.read_bytes() for path in doubtful.home.glob("*.db")} == before


@pytest.mark.parametrize(
    ("word", "events"),
    [
        ("2", ["MatchPinned", "MatterClosed"]),
        (TWO.uri, ["MatchPinned", "MatterClosed"]),
        ("reject", ["MatchRejected", "MatchRejected", "MatterClosed"]),
        ("r", ["MatchRejected", "MatchRejected", "MatterClosed"]),
        ("none", ["MatchRejected", "MatterClosed"]),
    ],
)
def test_an_answer_is_what_it_says(doubtful: Crate, word: str, events: list[str]) -> None:
    before = len(doubtful.events())
    said = doubtful.sync("review", "--matter", matter(doubtful)[:16], "--answer", word)
    assert said.code == 0
    assert doubtful.kinds()[before:] == events
    assert doubtful.sync("review", "--json").summary["matters"] == 0


def test_a_match_that_is_answered_is_acted_upon(doubtful: Crate) -> None:
    doubtful.sync("review", "--matter", matter(doubtful), "--answer", "2")
    doubtful.reconcile()
    assert doubtful.audio_tree() == [placed("House", TWO)]


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["--matter", "match:"], "go together"),
        (["--matter", "nothing", "--answer", "1"], "no such matter is open"),
        (["--matter", "match:", "--answer", "7"], "is no answer here; known are 1, 2, reject"),
    ],
)
def test_bad_answers_change_nothing(doubtful: Crate, words: list[str], line: str) -> None:
    before = len(doubtful.events())
    said = doubtful.sync("review", *words)
    assert said.code == 2 and line in said.err.splitlines()[-1]
    assert len(doubtful.events()) == before


def at_terminal(monkeypatch: pytest.MonkeyPatch, typed: str, *words: str) -> tuple[int, str]:
    from engine.cli.app import app

    monkeypatch.setattr(review, "terminal", lambda: True)
    monkeypatch.setattr(asking, "terminal", lambda: True)
    result = CliRunner().invoke(app, list(words), input=typed)
    return result.exit_code, result.output


def test_on_a_terminal_they_are_gone_through_one_by_one(
    doubtful: Crate, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, shown = at_terminal(monkeypatch, "what\n9\n2\n", "review")
    assert code == 0 and "is no answer here" in shown and "1 answered, 0 open" in shown
    assert doubtful.kinds()[-2:] == ["MatchPinned", "MatterClosed"]


@pytest.mark.parametrize("word", ["s", "q"])
def test_what_is_skipped_stays_open(
    doubtful: Crate, monkeypatch: pytest.MonkeyPatch, word: str
) -> None:
    before = len(doubtful.events())
    code, shown = at_terminal(monkeypatch, f"{word}\n", "review")
    assert code == 0 and "0 answered, 1 open" in shown
    assert len(doubtful.events()) == before


def test_what_is_not_open_any_more_has_no_answer() -> None:
    opened = MatterOpened("conflict:1", "conflict", "look at it")
    shown = answers.waiting(state_of(opened))[0]
    assert answers.answered(state_of(opened), shown, "done") == [MatterClosed("conflict:1", "done")]
    with pytest.raises(CannotTell):
        answers.answered(state_of(opened, MatterClosed("conflict:1")), shown, "done")


def deleted(crate: Crate) -> Crate:
    crate.playlist("House", [ONE, TWO])
    for each in (ONE, TWO):
        crate.music(each)
    crate.reconcile()
    (crate.root / placed("House", ONE)).unlink()
    crate.reconcile()
    assert crate.audio_tree() == [placed("House", TWO)]
    return crate


def test_what_somebody_deleted_stays_away_if_that_is_to_be_followed(crate: Crate) -> None:
    deleted(crate)
    assert crate.sync("review", "--matter", "edited:playlists", "--answer", "follow").code == 0
    crate.reconcile()
    assert crate.audio_tree() == [placed("House", TWO)]
    assert crate.reconcile().events == 0
    assert crate.sync("review", "--json").summary["matters"] == 0


def test_what_somebody_deleted_comes_back_if_that_is_wanted(crate: Crate) -> None:
    deleted(crate)
    assert crate.sync("review", "--matter", "edited:playlists", "--answer", "restore").code == 0
    crate.reconcile()
    assert crate.audio_tree() == [placed("House", ONE), placed("House", TWO)]
    assert crate.reconcile().events == 0


@pytest.mark.parametrize(("word", "folders"), [("one", 1), ("two", 2)])
def test_two_playlists_of_one_name(crate: Crate, word: str, folders: int) -> None:
    other = crate.base / "other backup"
    crate.configure(
        f'[csv]\nfolders = ["{crate.csv}", "{other}"]\n[files]\nfolders = ["{crate.files}"]\n'
        f'[targets.playlists]\nroot = "{crate.root}"\n'
    )
    crate.playlist("House", [ONE])
    crate.playlist("../other backup/House", [TWO])
    for each in (ONE, TWO):
        crate.music(each)
    crate.reconcile()
    said = crate.sync("review", "--json")
    assert said.lines[0]["topic"] == "same playlist"
    crate.sync("review", "--matter", "same playlist:", "--answer", word)
    crate.reconcile()
    laid_out = {path.split("/")[0] for path in crate.audio_tree()} - {"Unassigned"}
    assert len(laid_out) == folders
    assert crate.sync("review", "--json").summary["matters"] == 0
    assert crate.reconcile().events == 0


# ---- adopt -------------------------------------------------------------------------------------


@pytest.fixture
def claimed(crate: Crate) -> Crate:
    """A playlist's folder that was there before, and a stranger beside it."""
    crate.playlist("Warm_up", [ONE, TWO])
    crate.music(ONE, "Warm_up/01 my own name.WAV", root=crate.root)
    crate.music(TWO)
    crate.music(THREE, "Warm_up/stranger.wav", root=crate.root)
    crate.reconcile()
    return crate


def test_claimed_files_are_listed(claimed: Crate) -> None:
    before = len(claimed.events())
    said = claimed.sync("adopt", "--json")
    assert [line["path"] for line in said.lines[:-1]] == ["Warm_up/01 my own name.WAV"]
    assert said.summary["owned"] == 0
    assert len(claimed.events()) == before


def test_an_adopted_file_keeps_its_name_until_its_playlist_drops_it(claimed: Crate) -> None:
    before = claimed.audio_tree()
    assert claimed.sync("adopt", "--all", "--own").code == 0
    claimed.reconcile()
    assert claimed.audio_tree() == before
    claimed.playlist("Warm_up", [TWO])
    claimed.reconcile()
    assert f"Unassigned/{ONE.artist} - {ONE.title}.wav" in claimed.audio_tree()
    assert claimed.sync("adopt", "--json").summary["files"] == 0


def test_a_claimed_file_that_was_not_adopted_stays_when_its_playlist_drops_it(
    claimed: Crate,
) -> None:
    claimed.playlist("Warm_up", [TWO])
    claimed.reconcile()
    assert "Warm_up/01 my own name.WAV" in claimed.audio_tree()


def test_adopting_by_path_and_by_folder(claimed: Crate) -> None:
    ours = f"Warm_up/{TWO.artist} - {TWO.title}.wav"
    said = claimed.sync("adopt", "--own", "Warm_up/stranger.wav", ours, "Warm_up/gone.wav")
    assert said.code == 1
    assert "nothing to adopt" in said.err and "is ours already" in said.err
    assert "no such file is known" in said.err
    said = claimed.sync("adopt", "--own", str(claimed.root / "Warm_up"), "Warm_up/stranger.wav")
    assert said.code == 3 and "1 file now ours" in said.out
    assert claimed.sync("adopt", "--json").summary["files"] == 0


@pytest.mark.parametrize("words", [["--own"], ["--all", "--own", "Warm_up"]])
def test_adopting_wants_to_know_what(claimed: Crate, words: list[str]) -> None:
    assert claimed.sync("adopt", *words).code == 2


def test_answers_are_json_lines(doubtful: Crate) -> None:
    said = doubtful.sync("review", "--matter", matter(doubtful), "--answer", "1", "--json")
    assert [line["type"] for line in said.lines] == ["said", "said", "summary"]
    assert all(json.dumps(line["schema_version"]) == "1" for line in said.lines)
