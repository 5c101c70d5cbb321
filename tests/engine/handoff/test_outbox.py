"""The outbox: a file for each open matter, answers as files, all of it folded from the log."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from engine.config import Config, load
from engine.handoff.causes import allowance
from engine.handoff.turn import fold, hear
from engine.handoff.words import KINDS, name
from engine.watch.folders import Folders
from state.events import (
    AccessExpired,
    AccessGranted,
    AudioFetched,
    CandidatesFound,
    Event,
    FetchFailed,
    MatterOpened,
    NotionPageClaimed,
    NotionPageGone,
    NotionSynced,
    PlaylistRefused,
    PlaylistSeen,
)
from state.values import Offer, PlaylistRef, Ref, RootId
from tests.crate import Crate, song

ONE, TWO, THREE = song(1), song(2), song(3, seconds=4)
NIGHT = PlaylistRef("spotify:playlist:night")
URL = "https://www.youtube.com/watch?v=aaaaaaaaaaa"
OTHER = "https://www.youtube.com/watch?v=bbbbbbbbbbb"


def tell(crate: Crate, *events: Event) -> None:
    with crate.library() as library:
        library.append(events)


def box(crate: Crate) -> Path:
    return crate.home / "outbox"


def files(crate: Crate) -> dict[str, bytes]:
    """All files of the outbox, by their place in it."""
    found = (path for path in box(crate).rglob("*") if path.is_file())
    return {path.relative_to(box(crate)).as_posix(): path.read_bytes() for path in found}


def documents(crate: Crate, part: str = "open") -> list[dict[str, Any]]:
    paths = sorted((box(crate) / part).glob("*.json"))
    return [json.loads(path.read_bytes()) for path in paths if "answer" not in path.name]


def answer(crate: Crate, name: str = "any.json", **told: Any) -> Path:
    path = box(crate) / "answers" / name
    path.write_text(json.dumps(told), "utf-8")
    return path


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Crate:
    """A track whose only address never gives its audio, on two playlists."""
    crate = Crate(tmp_path_factory.mktemp("outbox") / "crate")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CRATELOG_HOME", str(crate.home))
        crate.playlist("House", [ONE, song(4)])
        crate.playlist("Night", [ONE, TWO])
        crate.reconcile()
        tell(
            crate,
            FetchFailed(Ref(TWO.uri), URL, "private", True),
            CandidatesFound(Ref(ONE.uri), (Offer(URL, "One", score=0.9, verdict="take"),)),
            FetchFailed(Ref(ONE.uri), URL, "gone for ever", True),
        )
        crate.reconcile()
    return crate


@pytest.fixture
def failed(template: Crate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Crate:
    """A copy of it."""
    made = template.copy(tmp_path / "crate")
    monkeypatch.setenv("CRATELOG_HOME", str(made.home))
    return made


# ---- what is told --------------------------------------------------------------------------------


def test_a_track_whose_last_address_failed_is_a_document(failed: Crate) -> None:
    (told,) = documents(failed)
    assert told["schema_version"] == 1 and told["kind"] == "failed"
    assert told["matter"] == f"failed:{ONE.uri}" and told["id"] == name("failed", told["matter"])
    assert "gone for ever" in told["what"] and told["since"].endswith("Z")
    assert list(told["answers"]) == ["retry", "leave"] and told["address"] is True
    assert told["candidates"][0]["url"] == URL
    related = told["related"]
    assert {(each["playlist"], each["track"]) for each in related["same_playlist"]} == {
        ("House", song(4).uri), ("Night", TWO.uri),
    }  # fmt: skip
    assert [(each["track"], each["why"]) for each in related["failures"]] == [
        (ONE.uri, "gone for ever"), (TWO.uri, "private"),
    ]  # fmt: skip


def test_an_address_that_failed_is_shown_without_a_number_to_choose(failed: Crate) -> None:
    lines = failed.sync("review").out.splitlines()
    assert f"      One: gone for ever; {URL}" in lines


def test_the_same_artist_is_named_with_where_it_was_fetched_from(failed: Crate) -> None:
    # Titles of the test library have artists of their own: give the second one the first's.
    failed.playlist("More", [type(ONE)(9, "Else", ONE.artist)])
    root, path = RootId("target/fetched"), "x.opus"
    tell(
        failed, AudioFetched(Ref(song(9).uri), OTHER, Ref("youtube:b"), root, path, 5, "aa", 1, "")
    )
    failed.reconcile()
    (told,) = (each for each in documents(failed) if each["matter"] == f"failed:{ONE.uri}")
    (one,) = told["related"]["same_artist"]
    assert (one["track"], one["title"], one["fetched_from"]) == (song(9).uri, "Else", OTHER)


def test_a_second_run_writes_nothing(failed: Crate) -> None:
    failed.reconcile()
    before = {path: path.stat().st_mtime_ns for path in box(failed).rglob("*")}
    events = len(failed.events())
    assert failed.sync("reconcile").code == 0
    failed.reconcile()
    assert {path: path.stat().st_mtime_ns for path in box(failed).rglob("*")} == before
    assert len(failed.events()) == events


def test_the_folder_is_made_anew_from_the_log(failed: Crate) -> None:
    answer(failed, id=documents(failed)[0]["id"], answer="leave")
    tell(failed, AccessExpired("notion", "gone"))
    failed.reconcile()
    before = files(failed)
    shutil.rmtree(box(failed))
    failed.lose_state()
    assert failed.sync("reconcile").code in (0, 3)
    after = files(failed)
    assert after == {name: told for name, told in before.items() if ".answer." not in name}


def test_what_somebody_changed_or_removed_there_is_put_right(failed: Crate) -> None:
    before = files(failed)
    (path,) = (box(failed) / "open").iterdir()
    path.write_text("{}", "utf-8")
    stray = path.with_name("failed-0123456789ab.json")
    stray.write_text("{}", "utf-8")
    (path.parent / "notes.txt").write_text("mine", "utf-8")
    failed.sync("reconcile")
    assert files(failed) == {**before, "open/notes.txt": b"mine"}


def test_nothing_is_made_where_nothing_is_asked(crate: Crate) -> None:
    crate.playlist("House", [ONE])
    crate.music(ONE)
    crate.reconcile()
    assert not box(crate).exists()


def test_the_folder_lies_where_it_is_wanted(crate: Crate) -> None:
    crate.configure(extra=f'[handoff]\noutbox = "{crate.base}/handed over"')
    crate.playlist("House", [ONE])
    tell(crate, MatterOpened("conflict:7", "conflict", "look at it"))
    crate.reconcile()
    assert list((crate.base / "handed over" / "open").glob("conflict-*.json"))
    crate.configure(extra=f'[handoff]\noutbox = "{crate.base}/not there/outbox"')
    report = crate.reconcile()
    assert len(report.failed) == 1 and "not there/outbox" in report.failed[0]
    assert not (crate.base / "not there").exists()


def test_status_review_and_outbox_agree(failed: Crate) -> None:
    (told,) = documents(failed)
    (line,) = [line for line in failed.sync("status", "--json").lines if line["type"] == "matter"]
    (listed,) = [line for line in failed.sync("review", "--json").lines if line["type"] == "matter"]
    assert line["id"] == listed["id"] == told["id"]
    assert line["text"] == listed["text"] == told["what"]
    assert listed["answers"] == list(told["answers"])
    assert f"sync review --matter {told['id']} --answer retry|leave|ADDRESS" in line["todo"]
    assert line["todo"] in failed.sync("status").out


# ---- every kind, from its cause to its end -------------------------------------------------------


def fails(crate: Crate) -> None:
    url = Offer(URL, "One", score=0.9, verdict="take")
    tell(crate, CandidatesFound(Ref(ONE.uri), (url,)), FetchFailed(Ref(ONE.uri), URL, "gone", True))


def is_had(crate: Crate) -> None:
    crate.music(ONE)


def expires(crate: Crate) -> None:
    crate.configure(extra='[spotify]\nclient_id = "x"\nbase_url = "http://127.0.0.1:9"\n'
                    'accounts_url = "http://127.0.0.1:9"')  # fmt: skip
    tell(crate, AccessExpired("spotify", "revoked"))


def is_granted(crate: Crate) -> None:
    tell(crate, AccessGranted("spotify"))


def withholds(crate: Crate) -> None:
    tell(crate, PlaylistRefused(NIGHT, "spotify", "Night", "Spotify answers 403", "me"))


def is_read(crate: Crate) -> None:
    tell(crate, PlaylistSeen(NIGHT, "spotify", "Night", "me"))


def is_trashed(crate: Crate) -> None:
    key = f"track:{ONE.uri}"
    tell(crate, NotionSynced(key, "p1", "s1", {}), NotionPageGone(key, "p1", "trashed"))


def is_back(crate: Crate) -> None:
    tell(crate, NotionPageClaimed(f"track:{ONE.uri}", "p1", "s1", "it is back", {}))


Do = Callable[[Crate], None]
CAUSES: dict[str, tuple[Do, Do]] = {
    "failed": (fails, is_had),
    "access": (expires, is_granted),
    "unreadable": (withholds, is_read),
    "trashed": (is_trashed, is_back),
}


@pytest.fixture
def plain(crate: Crate) -> Crate:
    crate.playlist("House", [ONE])
    crate.reconcile()
    return crate


@pytest.mark.parametrize("kind", CAUSES)
def test_it_opens_once_and_closes_by_itself(plain: Crate, kind: str) -> None:
    begin, end = CAUSES[kind]
    begin(plain)
    for _ in range(2):
        plain.reconcile()
        (told,) = documents(plain)
        assert told["kind"] == kind and told["question"] == KINDS[kind].question
    assert plain.kinds().count("MatterOpened") == 1
    end(plain)
    plain.reconcile()
    assert documents(plain) == []
    (ended,) = documents(plain, "done")
    assert ended["id"] == told["id"] and ended["ended"]["by"] == "itself"


@pytest.mark.parametrize("kind", ["failed", "unreadable", "trashed"])
def test_what_is_left_alone_is_not_asked_again_before_it_is_news(plain: Crate, kind: str) -> None:
    begin, _ = CAUSES[kind]
    begin(plain)
    plain.reconcile()
    (told,) = documents(plain)
    answer(plain, id=told["id"], answer="leave")
    for _ in range(2):
        report = plain.reconcile()
        assert documents(plain) == [] and not report.failed
    (ended,) = documents(plain, "done")
    assert (ended["ended"]["answer"], ended["ended"]["by"]) == ("leave", "outbox")
    if kind == "trashed":
        is_back(plain)
    begin(plain)
    plain.reconcile()
    assert [each["id"] for each in documents(plain)] == [told["id"]]
    assert documents(plain, "done") == []


def test_an_expired_login_says_what_to_type_and_takes_no_answer(plain: Crate) -> None:
    expires(plain)
    plain.reconcile()
    (told,) = documents(plain)
    assert told["answers"] == {} and "sync login spotify" in told["elsewhere"]
    answer(plain, id=told["id"], answer="done")
    (line,) = (line for line in plain.reconcile().failed if "answers" in line)
    assert "sync login spotify" in line and len(documents(plain)) == 1


# ---- answers -------------------------------------------------------------------------------------


def test_a_failed_track_is_tried_again(failed: Crate) -> None:
    (told,) = documents(failed)
    answer(failed, f"{told['id']}.json", answer="retry")
    report = failed.reconcile()
    assert any("retry" in note for note in report.notes)
    assert documents(failed) == [] and "RetryRequested" in failed.kinds()
    with failed.library(read_only=True) as library:
        assert [row.track for row in library.state.wanted.failures] == [TWO.uri]


@pytest.mark.parametrize("said", [OTHER, "https://youtu.be/bbbbbbbbbbb?si=who"])
def test_a_failed_track_is_given_an_address(failed: Crate, said: str) -> None:
    (told,) = documents(failed)
    answer(failed, id=told["matter"], answer=said, by="another program")
    failed.reconcile()
    (pinned,) = [each.event for each in failed.events() if each.event.kind == "OfferPinned"]
    assert (pinned.track, pinned.url) == (ONE.uri, OTHER)  # type: ignore[attr-defined]
    assert documents(failed, "done")[0]["ended"]["answer"] == OTHER


@pytest.mark.parametrize("word", ["1", 1, "reject", OTHER])
def test_an_offer_is_chosen(plain: Crate, word: str | int) -> None:
    offer = Offer(URL, "One (live)", "somebody", score=0.6, verdict="review")
    tell(plain, CandidatesFound(Ref(ONE.uri), (offer,)))
    plain.reconcile()
    (told,) = documents(plain)
    assert told["answers"]["1"] == "somebody - One (live)"
    answer(plain, id=told["id"], answer=word, version=told["version"])
    plain.reconcile()
    last = [each.event for each in plain.events() if each.event.kind.startswith("Offer")][-1]
    kind, url = ("OfferRejected", URL) if word == "reject" else ("OfferPinned", URL)
    assert last.kind == kind
    assert last.url == (OTHER if word == OTHER else url)  # type: ignore[attr-defined]


def test_a_match_is_chosen_and_acted_upon_in_the_same_run(crate: Crate) -> None:
    crate.playlist("House", [ONE])
    crate.music(type(ONE)(1, ONE.title, ""), "x.wav")
    crate.reconcile()
    (told,) = documents(crate)
    assert told["kind"] == "match" and told["candidates"][0]["playlists"] == ["House"]
    assert told["candidates"][0]["url"].startswith("https://open.spotify.com/track/")
    answer(crate, id=told["id"], answer="1")
    crate.reconcile()
    assert len(crate.audio_tree()) == 1 and documents(crate) == []


@pytest.mark.parametrize("word", ["follow", "restore"])
def test_files_that_somebody_took_away(crate: Crate, word: str) -> None:
    crate.playlist("House", [ONE, TWO, THREE])
    for each in (ONE, TWO, THREE):
        crate.music(each)
    crate.reconcile()
    (crate.root / crate.audio_tree()[0]).unlink()
    crate.reconcile()
    (told,) = documents(crate)
    answer(crate, id=told["id"], answer=word)
    crate.reconcile()
    assert len(crate.audio_tree()) == (3 if word == "restore" else 2)


@pytest.mark.parametrize("word", ["one", "two"])
def test_two_playlists_of_one_name(crate: Crate, word: str) -> None:
    crate.playlist("a/House", [ONE])
    crate.playlist("b/House", [TWO])
    crate.configure(
        f'[csv]\nfolders = ["{crate.csv}/a", "{crate.csv}/b"]\n'
        f'[targets.playlists]\nroot = "{crate.root}"\n'
    )
    crate.reconcile()
    (told,) = documents(crate)
    answer(crate, id=told["id"], answer=word)
    crate.reconcile()
    kind = {"one": "PlaylistsMerged", "two": "PlaylistsSeparated"}[word]
    assert kind in crate.kinds() and documents(crate) == []


def test_a_refused_plan_is_allowed_for_one_run(crate: Crate) -> None:
    crate.playlist("House", [ONE, TWO])
    crate.playlist("Night", [THREE])
    for each in (ONE, TWO, THREE):
        crate.music(each)
    crate.reconcile()
    crate.playlist("House", [])
    report = crate.reconcile()
    assert report.refused and len(crate.audio_tree()) == 3
    told = documents(crate)
    assert {each["kind"] for each in told} == {"refused"}
    assert "allow 2" in told[0]["answers"]
    crate.reconcile()
    assert documents(crate) == told and crate.kinds().count("MatterOpened") == len(told)
    answer(crate, id=told[0]["id"], answer="allow 2")
    report = crate.reconcile()
    assert not report.refused and documents(crate) == []
    with crate.library(read_only=True) as library:
        assert allowance(library.state) == 0


def test_more_than_was_allowed_is_asked_again(crate: Crate) -> None:
    crate.playlist("House", [ONE, TWO])
    crate.playlist("Night", [THREE, song(4)])
    for each in (ONE, TWO, THREE, song(4)):
        crate.music(each)
    crate.reconcile()
    crate.playlist("House", [])
    crate.reconcile()
    answer(crate, id=documents(crate)[0]["id"], answer="allow 2")
    crate.playlist("Night", [])
    report = crate.reconcile()
    assert report.refused and len(crate.audio_tree()) == 4
    assert any("allow 4" in each["answers"] for each in documents(crate))


def test_why_tells_what_was_asked_and_answered(failed: Crate) -> None:
    (told,) = documents(failed)
    answer(failed, id=told["id"], answer="retry")
    failed.reconcile()
    said = failed.sync("why", ONE.uri).out
    assert "to review: " in said and "tried again" in said
    assert f"{told['matter']}: answered 'retry'" in said


def test_a_watch_looks_for_answers_where_the_outbox_is(crate: Crate) -> None:
    crate.configure(extra=f'[handoff]\noutbox = "{crate.base}/handed over"')
    config = load(crate.home / "config.toml")
    assert crate.base / "handed over" / "answers" in Folders(config, crate.home).watched
    assert crate.home / "outbox" / "answers" in Folders(Config(), crate.home).watched


# ---- bad answers ---------------------------------------------------------------------------------


def old(path: Path) -> Path:
    os.utime(path, ns=(0, 0))
    return path


BAD = [
    (b"", "is not JSON"),
    (b"\xff\xfe", "is not JSON"),
    (b"[1]", "is no answer like"),
    (b"{}", "is no answer like"),
    (b'{"id": 7, "answer": "leave"}', "is no answer like"),
    (b'{"id": "nobody", "answer": "leave"}', "'nobody': there is no such matter"),
    (b'{"answer": "leave"}', "'bad-6': there is no such matter"),
    (b'{"id": "ID", "answer": "perhaps"}', "'perhaps' is no answer here; known are retry, leave"),
    (b'{"id": "ID", "answer": "https://open.spotify.com/track/1"}', "Spotify"),
    (b'{"id": "ID", "answer": "leave", "version": 3}', "was asked anew"),
    (b'{"id": "ID", "answer": "' + b"x" * 1_000_001 + b'"}', "is too long"),
]


def test_bad_answers_are_put_aside_with_their_reasons(failed: Crate) -> None:
    id = documents(failed)[0]["id"]
    for number, (content, _) in enumerate(BAD):
        path = answer(failed, f"bad-{number}.json")
        path.write_bytes(content.replace(b"ID", id.encode()))
        old(path)
    report = failed.reconcile()
    aside = box(failed) / "answers" / "refused"
    for number, (content, why) in enumerate(BAD):
        path = box(failed) / "answers" / f"bad-{number}.json"
        (line,) = (line for line in report.failed if line.startswith(f"{path}: "))
        assert why in line and len(line) < 500 and line.isprintable(), line
        assert (aside / path.name).read_bytes() == content.replace(b"ID", id.encode())
        assert why in (aside / path.name).with_suffix(".txt").read_text("utf-8")
        assert not path.exists()
    assert len(report.failed) == len(BAD)
    assert [each["id"] for each in documents(failed)] == [id]
    assert failed.reconcile().failed == []


def test_an_answer_that_comes_too_late(failed: Crate) -> None:
    id = documents(failed)[0]["id"]
    assert failed.sync("review", "--matter", id, "--answer", "leave").code == 0
    answer(failed, "a.json", id=id, answer="retry")
    answer(failed, "b.json", id=id, answer="leave")
    report = failed.reconcile()
    assert len(report.failed) == 2 and all("was answered 'leave'" in why for why in report.failed)
    assert "RetryRequested" not in failed.kinds()
    assert documents(failed, "done")[0]["ended"]["by"] == "command"


def test_an_answer_that_is_still_being_written_waits(failed: Crate) -> None:
    path = answer(failed)
    path.write_text('{"id": "', "utf-8")
    (line,) = failed.reconcile().failed
    assert "the next run looks at it again" in line and path.exists()
    hidden = answer(failed, ".hidden.json", id="x", answer="y")
    path.unlink()
    assert failed.reconcile().failed == [] and hidden.exists()


def test_answers_are_taken_by_review_too(failed: Crate) -> None:
    answer(failed, id=documents(failed)[0]["id"], answer="leave")
    answer(failed, "bad.json", id="nobody", answer="leave")
    said = failed.sync("review", "--answers", "--json")
    assert said.code == 3
    assert (said.summary["answered"], said.summary["refused"]) == (1, 1)
    assert failed.sync("review", "--answers").out == "review: 0 answered\n"
    assert failed.sync("review", "--json").summary["matters"] == 0


# ---- kills ---------------------------------------------------------------------------------------


class Killed(BaseException):
    """Nothing of ours catches it."""


def turn(crate: Crate) -> None:
    """What a run does for the outbox."""
    config = load(crate.home / "config.toml")
    with crate.library() as library:
        hear(library, config)
        fold(library, config)


def _after(crate: Crate, monkeypatch: pytest.MonkeyPatch, nth: int, *, done: bool) -> bool:
    """A turn that is killed at the nth change of the outbox, before or after; whether it was."""
    calls = [0]

    def gated(real: Any) -> Any:
        def call(*args: Any, **words: Any) -> Any:
            calls[0] += 1
            if calls[0] == nth and not done:
                raise Killed
            told = real(*args, **words)
            if calls[0] == nth:
                raise Killed
            return told

        return call

    with monkeypatch.context() as patch:
        for what in ("replace", "unlink", "write_bytes", "write_text"):
            patch.setattr(Path, what, gated(getattr(Path, what)))
        try:
            turn(crate)
        except Killed:
            return True
    return False


@pytest.mark.parametrize("done", [False, True])
def test_killed_anywhere_an_answer_is_applied_once(
    failed: Crate, monkeypatch: pytest.MonkeyPatch, done: bool
) -> None:
    (told,) = documents(failed)
    kills = 0
    for nth in range(1, 40):
        crate = failed.copy(failed.base.parent / f"{done}{nth}")
        answer(crate, "good.json", id=told["id"], answer="retry")
        answer(crate, "late.json", id=told["id"], answer="leave")
        monkeypatch.setenv("CRATELOG_HOME", str(crate.home))
        killed = _after(crate, monkeypatch, nth, done=done)
        kills += killed
        turn(crate)
        assert crate.kinds().count("RetryRequested") == 1
        assert crate.kinds().count("MatterClosed") == 1
        assert set(files(crate)) == {
            f"done/{told['id']}.json",
            f"done/{told['id']}.answer.json",
            "answers/refused/late.json",
            "answers/refused/late.txt",
        }
        if not killed:
            break
    assert kills >= 6


def test_a_configuration_without_a_file_has_no_outbox(
    failed: Crate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(failed.base)
    before = sorted(failed.base.iterdir())
    with failed.library() as library:
        assert fold(library, Config()) == ({}, []) and hear(library, Config()).notes == []
    assert sorted(failed.base.iterdir()) == before


def test_the_word_that_was_taken_is_known_by_the_file_that_brought_it(failed: Crate) -> None:
    """The same answer to the same question, asked anew, is another answer."""
    (told,) = documents(failed)
    for _ in range(2):
        path = answer(failed, id=told["id"], answer="retry")
        failed.reconcile()
        assert not path.exists()
        tell(failed, FetchFailed(Ref(ONE.uri), URL, "gone for ever", True))
        failed.reconcile()
    assert failed.kinds().count("RetryRequested") == 2


def test_words_of_a_taken_file_are_kept(failed: Crate) -> None:
    (told,) = documents(failed)
    answer(failed, id=told["id"], answer="leave", by="me", because="it is deleted")
    failed.reconcile()
    kept = json.loads((box(failed) / "done" / f"{told['id']}.answer.json").read_bytes())
    assert kept["because"] == "it is deleted"
