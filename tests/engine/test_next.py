"""`sync next`, `sync add --now`: one track through to its end, and no other one."""

from __future__ import annotations

import msgspec
import pytest

from adapters.contract import AdapterError, Blocked, Permanent, Transient
from engine.config import load
from engine.next import Next, Passed
from engine.report import Report
from state.events import Paused, PlaybackSeen, TrackRequested
from state.values import Ref, TrackId
from tests.crate import Crate, Song, song
from tests.engine.test_fetching import Site

ONE, TWO, THREE = song(1), song(2), song(3)
OTHER = 'format = "m4a"'


@pytest.fixture
def wanting(crate: Crate) -> Crate:
    """Three tracks on two playlists, no music, fetching turned on, two targets."""
    drop = f'[targets.djay]\nroot = "{crate.base / "djay"}"\n'
    crate.configure(target=OTHER, extra=f'[fetch]\nsources = ["soundcloud"]\n{drop}')
    crate.playlist("House", [ONE, TWO])
    crate.playlist("Warm_up", [TWO, THREE])
    return crate


def go(
    crate: Crate, site: Site, *, asked: Song | None = None, rehearse: bool = False
) -> tuple[Next, Report]:
    config = load(crate.home / "config.toml")
    with crate.library() as library, library.effects():
        name = TrackId(asked.uri) if asked is not None else None
        run = Next(library, config, media=site, asked=name)
        return run, run.rehearse() if rehearse else run.run()


def tell(crate: Crate, *events: msgspec.Struct) -> None:
    with crate.library("sync add") as library:
        library.append(events)  # type: ignore[arg-type]


def named(of: Song, suffix: str = "m4a") -> str:
    return f"{of.artist} - {of.title}.{suffix}"


def test_the_first_one_comes_through_to_its_end_and_no_other_one(wanting: Crate) -> None:
    site = Site(ONE, TWO, THREE)
    run, report = go(wanting, site)
    assert run.course.track == ONE.uri and run.course.first == "it is the first of the playlists"
    assert (report.fetched, report.made, report.waiting) == (1, 1, 3)
    assert wanting.audio_tree() == [f"House/{named(ONE)}"]
    assert (wanting.base / "djay" / named(ONE)).is_file()
    assert site.fetches.total() == site.searches.total() == 1
    assert "AudioAnalysed" in wanting.kinds() and "FileDelivered" in wanting.kinds()


def test_the_next_one_is_next_and_lies_on_all_its_playlists(wanting: Crate) -> None:
    site = Site(ONE, TWO, THREE)
    go(wanting, site)
    run, _ = go(wanting, site)
    assert run.course.track == TWO.uri
    assert wanting.audio_tree() == [
        f"House/{named(ONE)}",
        f"House/{named(TWO)}",
        f"Warm up/{named(TWO)}",
    ]


def test_the_rest_is_left_to_the_next_run_which_finds_it(wanting: Crate) -> None:
    site = Site(ONE, TWO, THREE)
    go(wanting, site)
    assert wanting.reconcile(media=site).fetched == 2
    assert len(wanting.audio_tree()) == 4 and wanting.reconcile(media=site).events == 0
    before = len(wanting.events())
    run, report = go(wanting, site)
    assert (run.course.track, run.course.passed, report.events) == (None, [], 0)
    assert len(wanting.events()) == before


@pytest.mark.parametrize(
    ("event", "first"),
    [
        (PlaybackSeen("spotify", Ref(THREE.uri)), "it is playing now"),
        (TrackRequested(Ref(THREE.uri)), "it was asked for by itself"),
    ],
)
def test_what_is_playing_or_was_asked_for_comes_first(
    wanting: Crate, event: msgspec.Struct, first: str
) -> None:
    site = Site(ONE, TWO, THREE)
    go(wanting, site, rehearse=True)
    tell(wanting, event)
    run, _ = go(wanting, site)
    assert (run.course.track, run.course.first) == (THREE.uri, first)
    assert wanting.audio_tree() == [f"Warm up/{named(THREE)}"]


def test_a_track_whose_audio_is_known_is_put_into_its_places(wanting: Crate) -> None:
    wanting.music(ONE, root=wanting.base / "music")
    wanting.music(TWO, root=wanting.base / "music")
    site = Site(THREE)
    run, report = go(wanting, site)
    assert run.course.track == ONE.uri and report.made == 1
    assert wanting.audio_tree() == [f"House/{named(ONE)}"]
    assert site.searches.total() == 0


@pytest.mark.parametrize("error", [Permanent("gone"), Transient("cut off")])
def test_what_cannot_be_had_is_passed_over(wanting: Crate, error: AdapterError) -> None:
    site = Site(ONE, TWO, THREE)
    site.errors["https://site.example/1"] = error
    run, report = go(wanting, site)
    assert run.course.track == TWO.uri and not report.partly
    (passed,) = run.course.passed
    assert passed.track == ONE.uri and str(error) in passed.why and passed.until
    assert "not fetched" in wanting.sync("why", ONE.uri).out
    run, _ = go(wanting, site)
    assert (run.course.track, [each.track for each in run.course.passed]) == (THREE.uri, [ONE.uri])


def test_why_a_track_is_passed_over_does_not_name_it_once_more(wanting: Crate) -> None:
    site, address = Site(), "https://site.example/9"
    site.errors[address] = Permanent("the audio is gone")
    assert wanting.sync("add", address).code == 0
    passed = {each.track: each.why for each in go(wanting, site)[0].course.passed}
    assert passed[TrackId(f"url:{address}")] == "the audio is gone"


def test_what_a_person_has_to_choose_is_passed_over(wanting: Crate) -> None:
    site = Site(ONE, TWO)
    site.title = "{0.artist} - {0.title} (Helsinki 1979)"
    run, _ = go(wanting, site)
    assert run.course.track is None
    assert Passed(TrackId(ONE.uri), "waits for your choice: sync review") in run.course.passed


def test_a_site_that_wants_no_more_requests_ends_it(wanting: Crate) -> None:
    site = Site(ONE, TWO, THREE)
    site.errors["search"] = Blocked("soundcloud: 429", 4e9, 60.0)
    run, report = go(wanting, site)
    assert site.searches.total() == 1 and report.partly
    assert run.course.track == ONE.uri and wanting.audio_tree() == []


def test_where_all_wait_nothing_is_asked_of_anybody(wanting: Crate) -> None:
    site = Site()
    run, _ = go(wanting, site)
    assert run.course.track is None and site.searches.total() == 3
    run, report = go(wanting, site)
    assert site.searches.total() == 3 and report.events == 0
    assert {each.why for each in run.course.passed} == {"nothing good enough was found"}


def test_without_a_source_of_audio_it_says_so(wanting: Crate) -> None:
    wanting.configure(target=OTHER)
    run, _ = go(wanting, Site(ONE))
    assert run.course.track is None
    assert {each.why for each in run.course.passed} == {
        "fetching is turned off: [fetch] sources in the configuration turns it on"
    }


def test_a_rehearsal_changes_nothing(wanting: Crate) -> None:
    site = Site(ONE, TWO, THREE)
    run, report = go(wanting, site, rehearse=True)
    assert run.course.track == ONE.uri and run.course.step == "is searched for at soundcloud"
    assert (site.searches.total(), report.done.total(), wanting.audio_tree()) == (0, 0, [])


def test_one_that_was_asked_for_now_goes_before_all_others(wanting: Crate) -> None:
    site = Site(ONE, TWO, THREE)
    go(wanting, site, rehearse=True)
    run, report = go(wanting, site, asked=THREE)
    assert (run.course.track, report.fetched) == (THREE.uri, 1)
    assert wanting.audio_tree() == [f"Warm up/{named(THREE)}"]


def test_while_the_library_is_paused_nothing_is_taken(wanting: Crate) -> None:
    tell(wanting, Paused())
    site = Site(ONE, TWO)
    _, report = go(wanting, site)
    assert report.held_by.startswith("the library is paused") and site.searches.total() == 0


# ---- the command -------------------------------------------------------------------------------


def test_the_command_says_which_one_and_what_came_of_it(crate: Crate) -> None:
    crate.playlist("House", [ONE, TWO])
    crate.music(ONE)
    said = crate.sync("next", "--dry-run")
    assert said.code == 0, said
    assert said.out.splitlines()[:2] == [
        f"next: {ONE.artist} - {ONE.title} (0:03): it is the first of the playlists",
        "  its audio is known",
    ]
    assert crate.audio_tree() == []
    said = crate.sync("next")
    assert f"  playlists: House/{named(ONE, 'wav')}" in said.out.splitlines()
    assert "next: 1 place, 1 waiting for audio" in said.out
    said = crate.sync("next")
    assert said.out.splitlines()[0] == "nothing can be done now: 1 track waits"
    assert f"passed over: {TWO.artist} - {TWO.title} (0:03): fetching is turned off" in said.err
    lines = crate.sync("next", "--json").lines
    assert [line["type"] for line in lines] == ["passed", "next", "summary"]


def test_where_everything_is_there_it_says_so(crate: Crate) -> None:
    crate.playlist("House", [ONE])
    crate.music(ONE)
    crate.reconcile()
    assert "every track that can have a file has one" in crate.sync("next").out


def test_what_is_asked_for_with_now_is_done_now(crate: Crate) -> None:
    crate.playlist("House", [ONE, TWO])
    crate.music(TWO)
    crate.music(ONE)
    crate.sync("next")
    assert crate.audio_tree() == [f"House/{named(ONE, 'wav')}"]
    said = crate.sync("add", TWO.uri, "--now")
    assert said.code == 0, said
    assert f"playlists: House/{named(TWO, 'wav')}" in said.out
    assert len(crate.audio_tree()) == 2
