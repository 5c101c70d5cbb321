"""From a track that nobody has the audio of to a file in its playlist's folder."""

from __future__ import annotations

import threading
import time
from collections import Counter
from pathlib import Path
from types import SimpleNamespace

import pytest

from adapters.audio import probe
from adapters.contract import AdapterError, Blocked, Permanent, Transient
from adapters.sandbox import music
from engine.candidates import Candidate
from engine.fetching import Fetched
from engine.ports import Transfer, Transfers, silent
from engine.report import Report
from state.events import AudioFetched, CandidatesFound, FetchFailed, FileMatched
from state.values import Ref
from tests.crate import Crate, Song, song

ONE, TWO, THREE = song(1), song(2), song(3)


class Site:
    """A site that has some songs, and a place where what was fetched stays."""

    def __init__(self, *songs: Song) -> None:
        self.sources: tuple[str, ...] = ("soundcloud",)
        self.asked: list[str] = []
        self.songs = {f"https://site.example/{song.number}": song for song in songs}
        self.searches: Counter[str] = Counter()
        self.fetches: Counter[str] = Counter()
        self.errors: dict[str, AdapterError] = {}
        self.title = "{0.artist} - {0.title}"

    def search(self, words: str, source: str) -> list[Candidate]:
        self.searches[words] += 1
        self.asked.append(source)
        if error := self.errors.get("search") or self.errors.get(source):
            raise error
        return [
            Candidate(url, self.title.format(song), song.artist, float(song.seconds), 5, source)
            for url, song in self.songs.items()
            if song.title in words
        ]

    def fetch(self, url: str, folder: Path, wanted_s: float, told: Transfers = silent) -> Fetched:
        self.fetches[url] += 1
        if error := self.errors.get(url):
            raise error
        told(Transfer(url, 500, 1000, 250.0, 2.0))
        song = self.songs[url]
        path = folder / f"site-{song.number}" / "audio.ogg"
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            music.make(path, seconds=song.seconds, seed=song.number)
        return Fetched(path, Ref(f"url:{url}"), url)


@pytest.fixture
def wanting(crate: Crate) -> Crate:
    """Two tracks on a playlist, no music, and fetching turned on."""
    crate.configure(extra='[fetch]\nsources = ["soundcloud"]')
    crate.playlist("House", [ONE, TWO])
    return crate


def run(crate: Crate, site: Site) -> Report:
    return crate.reconcile(media=site)


def test_every_download_is_told_of_by_name_to_its_end(wanting: Crate) -> None:
    told: list[Transfer] = []
    site = Site(ONE, TWO)
    site.errors["https://site.example/2"] = Transient("cut off")
    wanting.reconcile(media=site, transfers=told.append)
    one, two = (f"{each.artist} - {each.title}" for each in (ONE, TWO))
    assert [at for at in told if at.name == one] == [
        Transfer(one, 500, 1000, 250.0, 2.0),
        Transfer(one, done=True),
    ]
    assert [at for at in told if at.name == two] == [Transfer(two, done=True)]


def test_what_is_wanted_is_found_fetched_and_laid_out(wanting: Crate) -> None:
    site = Site(ONE, TWO)
    report = run(wanting, site)
    assert (report.fetched, report.waiting, report.unfetched) == (2, 0, [])
    assert wanting.audio_tree() == [f"House/{s.artist} - {s.title}.ogg" for s in (ONE, TWO)]
    kept = wanting.home / "fetched"
    assert (kept / "site-1" / "audio.ogg").is_file() and (kept / ".cratelog/root.json").is_file()
    before = len(wanting.events())
    report = run(wanting, site)
    assert report.events == 0 and len(wanting.events()) == before
    assert site.searches.total() == site.fetches.total() == 2


def test_the_story_of_it_is_in_the_log(wanting: Crate) -> None:
    run(wanting, Site(ONE))
    events = [each.event for each in wanting.events()]
    (found,) = [e for e in events if isinstance(e, CandidatesFound) and e.track == ONE.uri]
    (fetched,) = [event for event in events if isinstance(event, AudioFetched)]
    (matched,) = [event for event in events if isinstance(event, FileMatched)]
    assert found.offers[0].verdict == "take" and found.offers[0].url == fetched.url
    assert (fetched.track, fetched.path) == (ONE.uri, "site-1/audio.ogg")
    assert (matched.audio, matched.track, matched.by) == (fetched.audio, ONE.uri, "fetched")
    said = wanting.sync("why", str(wanting.root / f"House/{ONE.artist} - {ONE.title}.ogg"))
    assert "searched for" in said.out and "was fetched from https://site.example/1" in said.out
    waits = wanting.sync("why", TWO.uri)
    assert "not fetched: nothing good enough was found; tried again from" in waits.out


def test_without_a_source_nothing_is_asked(crate: Crate) -> None:
    crate.playlist("House", [ONE])
    site = Site(ONE)
    assert run(crate, site).waiting == 1
    assert not site.searches and not (crate.home / "fetched").exists()


def test_what_lies_on_a_volume_that_is_not_there_is_not_fetched(wanting: Crate) -> None:
    wanting.playlist("House", [ONE])
    wanting.music(ONE)
    assert wanting.sync("plan").code == 0
    wanting.files.rename(wanting.base / "unplugged")
    site = Site(ONE)
    report = run(wanting, site)
    assert report.waiting == 1 and not site.searches and report.fetched == 0
    (wanting.base / "unplugged").rename(wanting.files)
    assert run(wanting, site).done["place"] == 1 and not site.searches


def test_what_is_not_found_waits_and_is_not_asked_for_again_at_once(wanting: Crate) -> None:
    site = Site(ONE)
    assert (run(wanting, site).fetched, run(wanting, site).events) == (1, 0)
    assert site.searches == Counter(
        {f"{ONE.artist} {ONE.title}": 1, f"{TWO.artist} {TWO.title}": 1}
    )


def test_no_more_than_the_limit_in_one_run(wanting: Crate) -> None:
    wanting.configure(extra='[fetch]\nsources = ["soundcloud"]\nlimit = 1')
    site = Site(ONE, TWO)
    first = run(wanting, site)
    assert first.fetched == 1 and "1 more tracks can be fetched" in " ".join(first.notes)
    assert run(wanting, site).fetched == 1
    assert len(wanting.audio_tree()) == 2


@pytest.mark.parametrize(("free", "fetched"), [(99, 0), (100, 2)])
def test_below_a_tenth_of_free_space_nothing_is_fetched(
    wanting: Crate, monkeypatch: pytest.MonkeyPatch, free: int, fetched: int
) -> None:
    room = SimpleNamespace(total=1000, free=free)
    monkeypatch.setattr("engine.fetching.shutil.disk_usage", lambda path: room)
    site = Site(ONE, TWO)
    report = run(wanting, site)
    assert (report.fetched, site.fetches.total()) == (fetched, fetched)
    waits = [entry.why for entry in report.blocked]
    assert any("less than a tenth of the volume is free" in why for why in waits) == (not fetched)


def test_no_more_at_once_than_configured(crate: Crate) -> None:
    crate.configure(extra='[fetch]\nsources = ["soundcloud"]\nparallel = 2\n')
    songs = [song(number) for number in range(1, 7)]
    crate.playlist("House", songs)
    lock, now, most = threading.Lock(), 0, 0

    class Slow(Site):
        def fetch(
            self, url: str, folder: Path, wanted_s: float, told: Transfers = silent
        ) -> Fetched:
            nonlocal now, most
            with lock:
                now += 1
                most = max(most, now)
            time.sleep(0.02)
            try:
                return super().fetch(url, folder, wanted_s)
            finally:
                with lock:
                    now -= 1

    assert run(crate, Slow(*songs)).fetched == 6
    assert most == 2


def test_an_address_that_fails_is_told_and_tried_later(wanting: Crate) -> None:
    site = Site(ONE, TWO)
    url = "https://site.example/1"
    site.errors[url] = Transient("site.example did not answer")
    report = run(wanting, site)
    label = f"{ONE.artist} - {ONE.title}"
    assert report.fetched == 1 and report.unfetched == [f"{label}: site.example did not answer"]
    assert report.partly
    (failed,) = [e.event for e in wanting.events() if isinstance(e.event, FetchFailed)]
    assert (failed.url, failed.permanent) == (url, False)
    assert run(wanting, site).events == 0
    assert site.fetches[url] == 1, "not before an hour has passed"


def test_what_is_gone_for_good_gives_way_to_the_next_candidate(wanting: Crate) -> None:
    site = Site(ONE, TWO)
    site.songs["https://site.example/other"] = ONE
    best = "https://site.example/1"
    site.errors[best] = Permanent("it was removed")
    report = run(wanting, site)
    assert report.fetched == 2 and site.fetches["https://site.example/other"] == 1
    assert len(wanting.audio_tree()) == 2


def test_a_site_that_wants_no_more_ends_the_turn_and_nothing_else(wanting: Crate) -> None:
    wanting.configure(extra='[fetch]\nsources = ["soundcloud"]\nparallel = 1')
    wanting.music(THREE)
    wanting.playlist("Other", [THREE])
    site = Site(ONE, TWO)
    later = time.time() + 3600
    site.errors["https://site.example/1"] = Blocked("site.example: 429", later, 3600)
    report = run(wanting, site)
    assert report.fetched == 0 and sum(site.fetches.values()) == 1
    assert [each.why for each in report.blocked] == ["site.example: 429"]
    assert len(wanting.audio_tree()) == 1, "what needs no fetching was done"
    report = run(wanting, site)
    assert report.events == 0 and sum(site.fetches.values()) == 1, "nothing is asked before that"
    assert "nothing is fetched from there until" in report.blocked[0].why


def test_a_site_that_wants_no_more_stops_no_other(wanting: Crate) -> None:
    wanting.configure(extra='[fetch]\nsources = ["soundcloud"]\nparallel = 1')
    site = Site(ONE, TWO)
    site.songs["https://other.example/one"] = ONE
    later = time.time() + 3600
    for number in (1, 2):
        site.errors[f"https://site.example/{number}"] = Blocked("site.example: 429", later, 3600)
    report = run(wanting, site)
    assert report.fetched == 1 and site.fetches["https://other.example/one"] == 1
    assert sum(site.fetches.values()) == 2, "the blocked one was asked once"
    assert [each.why for each in report.blocked] == ["site.example: 429"]
    said = wanting.sync("why", TWO.uri)
    assert "site.example: 429" in said.out


def test_a_source_that_wants_no_more_searches_stops_no_other(wanting: Crate) -> None:
    wanting.configure(extra='[fetch]\nsources = ["soundcloud", "youtube"]\nparallel = 1')
    site = Site(ONE, TWO)
    site.sources = ("soundcloud", "youtube")
    site.errors["soundcloud"] = Blocked("soundcloud: 429", time.time() + 3600, 3600)
    report = run(wanting, site)
    assert report.fetched == 2 and site.asked.count("soundcloud") == 1
    assert [each.why for each in report.blocked] == ["soundcloud: 429"]


def test_where_no_source_may_be_asked_a_search_waits(wanting: Crate) -> None:
    site = Site(ONE, TWO)
    site.errors["soundcloud"] = Blocked("soundcloud: 429", time.time() + 3600, 3600)
    assert run(wanting, site).fetched == 0
    assert CandidatesFound not in {type(each.event) for each in wanting.events()}
    assert run(wanting, site).events == 0 and site.asked == ["soundcloud"]


def test_a_search_that_fails_is_told_and_repeated(wanting: Crate) -> None:
    site = Site(ONE, TWO)
    site.errors["search"] = Transient("no answer")
    assert len(run(wanting, site).unfetched) == 2
    del site.errors["search"]
    assert run(wanting, site).fetched == 2


def test_a_run_that_was_cut_off_after_the_download_does_not_tell_it_twice(wanting: Crate) -> None:
    site = Site(ONE)
    site.fetch("https://site.example/1", wanting.home / "fetched", 3)
    report = run(wanting, site)
    assert report.fetched == 1
    kinds = wanting.kinds()
    assert kinds.count("AudioFetched") == 1
    assert run(wanting, site).events == 0


def test_a_doubtful_one_is_for_a_person_to_choose(wanting: Crate) -> None:
    wanting.playlist("House", [ONE])
    site = Doubtful(ONE)
    assert run(wanting, site).fetched == 0
    (matter,) = wanting.sync("review", "--json").lines[:-1]
    assert matter["topic"] == "offer" and ONE.title in matter["candidates"][0]["title"]
    assert run(wanting, site).events == 0
    said = wanting.sync("review", "--matter", matter["matter"], "--answer", "1")
    assert said.code == 0, said
    assert run(wanting, site).fetched == 1
    assert not wanting.sync("review", "--json").lines[:-1]
    assert len(wanting.audio_tree()) == 1


def test_none_of_these_is_for_ever(wanting: Crate) -> None:
    wanting.playlist("House", [ONE])
    site = Doubtful(ONE)
    run(wanting, site)
    (matter,) = wanting.sync("review", "--json").lines[:-1]
    assert wanting.sync("review", "--matter", matter["matter"], "--answer", "reject").code == 0
    assert run(wanting, site).fetched == 0
    assert not wanting.sync("review", "--json").lines[:-1]


class Doubtful(Site):
    """Everything there is ten seconds longer than it should be."""

    def search(self, words: str, source: str) -> list[Candidate]:
        found = super().search(words, source)
        return [Candidate(c.url, c.title, c.uploader, 13.0, 5, source) for c in found]


# ---- other formats -----------------------------------------------------------------------------

M4A = '[targets.playlists]\nroot = "{}"\nformat = "m4a"\n'


@pytest.fixture
def m4a(crate: Crate) -> Crate:
    """Fetching, and a target that wants m4a."""
    text = f'[csv]\nfolders = ["{crate.csv}"]\n[files]\nfolders = ["{crate.files}"]\n'
    crate.configure(text + M4A.format(crate.root) + '[fetch]\nsources = ["soundcloud"]\n')
    return crate


def test_what_is_fetched_is_converted_and_tagged_before_it_is_laid_out(m4a: Crate) -> None:
    m4a.playlist("House", [ONE, TWO])
    m4a.playlist("More", [ONE])
    site = Site(ONE, TWO)
    report = run(m4a, site)
    assert (report.fetched, report.made, report.done["place"]) == (2, 2, 3)
    first = m4a.root / f"House/{ONE.artist} - {ONE.title}.m4a"
    assert first.is_file() and len(m4a.audio_tree()) == 3
    read = probe(first)
    assert (read.codec, read.tags.title, read.tags.artists) == ("aac", ONE.title, (ONE.artist,))
    assert run(m4a, site).events == 0
    story = m4a.sync("why", str(first)).out
    assert "was fetched from" in story and "was made of audio" in story


def test_music_that_players_read_stays_as_it_is_and_other_music_is_converted(m4a: Crate) -> None:
    m4a.playlist("House", [ONE, TWO])
    m4a.music(ONE, "one.mp3")
    m4a.music(TWO, "two.flac")
    report = run(m4a, Site())
    assert report.made == 1
    assert m4a.audio_tree() == sorted(
        [f"House/{ONE.artist} - {ONE.title}.mp3", f"House/{TWO.artist} - {TWO.title}.m4a"]
    )
    assert probe(m4a.files / "two.flac").codec == "flac", "a source is only read"
    assert run(m4a, Site()).events == 0


def test_what_a_person_rejects_is_not_served_in_another_format_either(m4a: Crate) -> None:
    m4a.playlist("House", [TWO])
    m4a.music(TWO, "two.flac")
    run(m4a, Site())
    placed = m4a.root / f"House/{TWO.artist} - {TWO.title}.m4a"
    said = m4a.sync("match", str(placed), TWO.uri, "--reject")
    assert said.code == 0, said
    m4a.reconcile(media=Site(), allowed=5)
    assert m4a.audio_tree() == []
    assert m4a.reconcile(media=Site()).events == 0


def test_a_conversion_that_was_cut_off_is_made_again_and_nothing_is_doubled(
    m4a: Crate, monkeypatch: pytest.MonkeyPatch
) -> None:
    m4a.playlist("House", [TWO])
    m4a.music(TWO, "two.flac")

    def cut(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("engine.converting.Converting._keep", cut)
        with pytest.raises(KeyboardInterrupt):
            run(m4a, Site())
    assert run(m4a, Site()).made == 1
    made = list((m4a.home / "fetched").rglob("*.m4a"))
    assert len(made) == 1 and len(m4a.audio_tree()) == 1


def test_what_cannot_be_decoded_is_told_once(m4a: Crate, monkeypatch: pytest.MonkeyPatch) -> None:
    m4a.playlist("House", [TWO])
    m4a.music(TWO, "two.flac")

    def cannot(*_: object) -> None:
        raise Permanent("two.flac: cannot be decoded")

    monkeypatch.setattr("engine.preparing.make", cannot)
    assert run(m4a, Site()).failed == ["two.flac: cannot be decoded"]
    report = run(m4a, Site())
    assert report.events == 0 and not report.failed and report.waiting == 1
