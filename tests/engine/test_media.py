"""From SoundCloud to a playlist's folder: pages, searches, downloads, by the real clients."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from adapters.audio import probe
from adapters.sandbox.media import Sandbox
from adapters.sandbox.media.catalogue import Catalogue, slug
from state.events import CandidatesFound, FetchFailed, TrackSeen
from state.values import Offer, Ref
from tests.crate import Crate, song


@pytest.fixture
def media() -> Iterator[Sandbox]:
    with Sandbox(Catalogue()) as running:
        yield running


@pytest.fixture
def fetching(crate: Crate, media: Sandbox) -> Crate:
    configure(crate, media, "")
    return crate


def configure(crate: Crate, media: Sandbox, soundcloud: str) -> None:
    crate.configure(
        extra=f'format = "m4a"\n[fetch]\nsources = ["soundcloud"]\nbase_url = "{media.url}"\n'
        f'[soundcloud]\nbase_url = "{media.url}"\n{soundcloud}\n'
    )


def test_a_backups_track_is_found_fetched_converted_and_laid_out(
    fetching: Crate, media: Sandbox
) -> None:
    wanted = song(1, seconds=5)
    fetching.playlist("House", [wanted])
    media.upload(wanted.title, wanted.artist, 5)
    media.upload(f"{wanted.artist} - {wanted.title} (Nightcore)", "somebody", 4)
    report = fetching.reconcile()
    assert (report.fetched, report.made, report.unfetched) == (1, 1, [])
    (path,) = fetching.audio_tree()
    assert path == f"House/{wanted.artist} - {wanted.title}.m4a"
    assert probe(fetching.root / path).tags.title == wanted.title
    media.forget()
    assert fetching.reconcile().events == 0 and media.requests.total() == 0


def test_likes_are_a_playlist_and_what_is_liked_is_fetched(crate: Crate, media: Sandbox) -> None:
    first = media.upload("Harbour Lights", "Rhea Lund", 5)
    media.like("oskar", first)
    configure(crate, media, 'likes = ["oskar"]\nusers = ["rhea-lund"]')
    report = crate.reconcile()
    assert report.unreadable == [] and report.fetched == 1
    assert len(crate.audio_tree()) == 2
    assert all(path.endswith("/Rhea Lund - Harbour Lights.m4a") for path in crate.audio_tree())
    assert crate.reconcile().events == 0
    media.like("oskar", media.upload("Slow Tide", "Rhea Lund", 5))
    assert crate.reconcile().fetched == 1
    assert len(crate.audio_tree()) == 4


def test_an_address_that_a_person_asks_for_is_fetched_and_gets_its_name(
    fetching: Crate, media: Sandbox
) -> None:
    media.upload("Rhea Lund - Kettle Black", "harbour fm", 5)
    (track,) = media.catalogue.tracks.values()
    said = fetching.sync("add", f"https://soundcloud.com/harbour-fm/{track.slug}")
    assert said.code == 0, said
    assert fetching.sync("add", f"https://soundcloud.com/harbour-fm/{track.slug}").code == 0
    report = fetching.reconcile()
    assert report.fetched == 1, report
    assert fetching.audio_tree() == ["Unassigned/Rhea Lund - Kettle Black.m4a"]
    assert fetching.reconcile().events == 0


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("https://www.youtube.com/watch", "is no video: ?v= and its id are missing"),
        ("not an address", "is no address of the web"),
        ("https://soundcloud.com/someone/sets/x", "is a playlist: sync playlist takes it"),
    ],
)
def test_an_address_that_is_none_is_one_clear_line(fetching: Crate, url: str, words: str) -> None:
    said = fetching.sync("add", url)
    assert said.code == 2 and words in said.err.replace("\n", " ").replace("│ ", "")


def test_an_address_without_a_video_gives_way_to_the_next_candidate(
    fetching: Crate, media: Sandbox
) -> None:
    wanted, bare = song(1, seconds=5), "https://www.youtube.com/watch"
    fetching.playlist("House", [wanted])
    media.upload(wanted.title, wanted.artist, 5)
    (track,) = media.catalogue.tracks.values()
    good = f"https://soundcloud.com/{slug(wanted.artist)}/{track.slug}"
    offers = tuple(Offer(url, wanted.title, score=0.9, verdict="take") for url in (bare, good))
    with fetching.library() as library:
        library.append([CandidatesFound(Ref(wanted.uri), offers)])
    media.forget()
    report = fetching.reconcile()
    assert report.fetched == 1
    (line,) = report.unfetched
    assert bare in line and "?v= and its id are missing" in line and "\n" not in line
    (failed,) = [e.event for e in fetching.events() if isinstance(e.event, FetchFailed)]
    assert (failed.url, failed.permanent) == (bare, True)
    assert not any("youtube" in name for name in media.requests)
    assert bare in fetching.sync("why", wanted.uri).out


def test_a_second_run_over_many_asks_no_site_and_writes_nothing(
    crate: Crate, media: Sandbox
) -> None:
    drop = f'[targets.djay]\nroot = "{crate.base / "djay"}"\n'
    configure(crate, media, f'users = ["rhea-lund"]\npoll_minutes = 60\n{drop}')
    songs = [song(number, seconds=3) for number in range(1, 9)]
    crate.playlist("House", songs)
    for each in songs:
        media.upload(each.title, each.artist, 3)
    media.upload("Low", "Rhea Lund", 3)
    report = crate.reconcile()
    assert report.fetched == len(songs) + 1 and report.unfetched == []
    before, events = untouched(crate), len(crate.events())
    assert len([name for name in before if "/djay/" in name and name.endswith(".m4a")]) == 9
    media.forget()
    for _ in range(2):
        assert crate.reconcile().events == 0
    assert crate.sync("reconcile").code == 0
    assert (media.requests.total(), len(crate.events()), untouched(crate)) == (0, events, before)


def untouched(crate: Crate) -> dict[str, tuple[int, int, int]]:
    """Every file but the databases and locks of the library: size, time and inode."""
    files = (path for path in crate.base.rglob("*") if path.is_file())
    found = {path.as_posix(): path.stat() for path in files}
    kept = {name: at for name, at in found.items() if not re.search(r"\.(db|lock)", name)}
    return {name: (at.st_size, at.st_mtime_ns, at.st_ino) for name, at in kept.items()}


def test_what_is_gone_is_told_and_not_asked_for_again(fetching: Crate, media: Sandbox) -> None:
    media.upload("Kettle Black", "Rhea Lund", 5)
    (track,) = media.catalogue.tracks.values()
    fetching.sync("add", f"https://soundcloud.com/rhea-lund/{track.slug}")
    media.delete(track.id)
    report = fetching.reconcile()
    assert report.fetched == 0 and len(report.unfetched) == 1
    (failed,) = [e.event for e in fetching.events() if isinstance(e.event, FetchFailed)]
    assert failed.permanent
    assert fetching.reconcile().searched == 1, "somebody else may have it"
    assert fetching.reconcile().events == 0


def test_a_track_of_a_set_bears_what_soundcloud_says_of_it(crate: Crate, media: Sandbox) -> None:
    made = media.catalogue.add_set("Mix", "Rhea Lund", [media.upload("Low", "Ada Quill", 5)])
    configure(crate, media, f'sets = ["https://soundcloud.com/rhea-lund/sets/{slug(made.title)}"]')
    crate.reconcile()
    (seen,) = [e.event for e in crate.events() if isinstance(e.event, TrackSeen)]
    assert (seen.source, seen.title, seen.artists) == ("soundcloud", "Low", ("Ada Quill",))
    assert crate.audio_tree() == ["Mix/Ada Quill - Low.m4a"]
