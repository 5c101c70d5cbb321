"""`sync playlist`, `sync add`, `sync next`: one thing at a time, with Spotify's word."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from adapters.sandbox.spotify import Sandbox, made_up
from adapters.spotify.store import Store
from state.locks import lock
from state.values import PlaylistRef
from tests.adapters.spotify.people import consent, settings
from tests.crate import Crate, Song


@pytest.fixture
def spotify() -> Iterator[Sandbox]:
    with Sandbox() as started:
        yield started


@pytest.fixture
def mine(crate: Crate, spotify: Sandbox) -> Crate:
    """The library of somebody who is logged in."""
    keys = settings(spotify).model_dump(exclude_defaults=True)
    crate.configure(extra="[spotify]\n" + "\n".join(f'{k} = "{v}"' for k, v in keys.items()))
    store = Store(crate.home)
    with store.alone():
        store.keep_new(*consent(spotify))
    return crate


def web(uri: str) -> str:
    """As the app's "copy link" gives it."""
    _, kind, id = uri.split(":")
    return f"https://open.spotify.com/{kind}/{id}?si=0123456789abcdef"


def rows(crate: Crate, ref: str) -> list[str]:
    """What is known to be on a playlist, in order."""
    with crate.library() as library:
        return [row.track for row in library.state.library.ordered(PlaylistRef(ref))]


def asked(spotify: Sandbox) -> int:
    """Requests to the Web API since the last call."""
    number = sum(n for name, n in spotify.requests.items() if "token" not in name)
    spotify.forget()
    return number


def audio(crate: Crate, spotify: Sandbox, title: str) -> None:
    """A file of a track."""
    track = next(each for each in spotify.library.tracks() if each.name == title)
    seconds = round(track.duration_ms / 1000)
    crate.music(Song(1, track.name, track.artists[0].name, seconds, track.album.name))


# ---- playlist ----------------------------------------------------------------------------------


def test_one_playlist_is_brought_in_at_once(mine: Crate, spotify: Sandbox) -> None:
    late = spotify.find_playlist("Late Night")
    said = mine.sync("playlist", web(late.uri))
    assert (said.code, said.err) == (0, ""), said
    assert said.out == "Late Night: 5 rows\nthe next sync reconcile acts on it\n"
    assert rows(mine, late.uri) == [row.uri for row in late.rows]
    assert asked(spotify) <= 2
    again = mine.sync("playlist", late.uri, "--json")
    assert again.summary["events"] == 0 and again.lines[0]["rows"] == 5
    with mine.library() as library:
        assert len(library.state.library.playlists) == 1


def test_a_changed_playlist_is_read_again(mine: Crate, spotify: Sandbox) -> None:
    late = spotify.find_playlist("Late Night")
    mine.sync("playlist", late.uri)
    spotify.remove("Late Night", late.rows[1].uri)
    spotify.rename("Late Night", "Later")
    assert mine.sync("playlist", late.uri).out.startswith("Later: 4 rows\n")
    assert rows(mine, late.uri) == [row.uri for row in late.rows]


def test_a_playlist_of_the_library_is_the_same_one_to_a_run(mine: Crate, spotify: Sandbox) -> None:
    late = spotify.find_playlist("Late Night")
    mine.sync("playlist", late.uri)
    assert mine.sync("reconcile").code in (0, 3)
    with mine.library() as library:
        origins = {row.ref: row.origin for row in library.state.library.playlists}
        assert len({*origins.values()}) == 1 and late.uri in origins
    before = len(mine.events())
    assert mine.sync("playlist", late.uri, "--json").summary["events"] == 0
    assert len(mine.events()) == before


def test_a_playlist_that_is_in_nobodys_list_outlives_the_runs(
    mine: Crate, spotify: Sandbox
) -> None:
    made = spotify.create_playlist("Elsewhere", tracks=[spotify.library.liked[0].uri])
    ref = f"spotify:playlist:{made}"
    spotify.delete_playlist("Elsewhere")
    assert mine.sync("playlist", web(ref)).code == 0
    for _ in range(2):
        mine.sync("reconcile")
    with mine.library() as library:
        row = library.state.library.playlists.get(PlaylistRef(ref))
        assert row is not None and row.listed and row.origin == "asked for"
    assert rows(mine, ref) == [spotify.library.liked[0].uri]


def test_where_it_may_not_be_read_a_backup_is_suggested(mine: Crate, spotify: Sandbox) -> None:
    strange = spotify.find_playlist("Peak Hour Weekly")
    spotify.withhold("Road Trip")
    unknown = "spotify:playlist:0000000000000000000000"
    for uri in (strange.uri, spotify.find_playlist("Road Trip").uri, unknown):
        said = mine.sync("playlist", web(uri))
        assert (said.code, said.out) == (1, "")
        (line,) = said.err.splitlines()
        assert uri in line and "sync import csv FILE" in line
    assert "PlaylistSeen" not in mine.kinds()
    spotify.use_regime("legacy")
    said = mine.sync("playlist", web(strange.uri))
    assert said.code == 0 and said.out.startswith("Peak Hour Weekly: 3 rows")


def test_an_album_is_a_playlist_of_its_tracks(mine: Crate, spotify: Sandbox) -> None:
    library = spotify.library
    long = [
        made_up.track(f"Part {n}", "Somebody", "The Long One", number=n, of=61)
        for n in range(1, 62)
    ]
    library.put(*long)
    said = mine.sync("playlist", web(long[0].album.uri))
    assert said.out.startswith("Somebody - The Long One: 61 rows\n"), said
    assert rows(mine, long[0].album.uri) == [track.uri for track in long]
    with mine.library() as opened:
        known = opened.state.library.tracks.get(long[4].uri)
        assert known is not None
        assert (known.album, known.number, known.isrc) == ("The Long One", 5, "")
    assert asked(spotify) == 2
    mine.sync("reconcile")
    assert rows(mine, long[0].album.uri) == [track.uri for track in long]


# ---- add ---------------------------------------------------------------------------------------


@pytest.fixture
def other(spotify: Sandbox) -> str:
    """A track that is on none of the playlists."""
    made = made_up.track("Somewhere Else", "Nobody You Know", "Far", seconds=3)
    spotify.library.put(made)
    return made.uri


def test_a_track_that_was_asked_for_waits(mine: Crate, spotify: Sandbox, other: str) -> None:
    said = mine.sync("add", web(other))
    assert said.code == 0, said
    assert said.out == (
        "Nobody You Know - Somewhere Else (0:03): asked for\nthe next sync reconcile acts on it\n"
    )
    assert mine.kinds()[-2:] == ["TrackSeen", "TrackRequested"] and asked(spotify) == 1
    again = mine.sync("add", other, "--json")
    assert (again.code, again.summary["events"], asked(spotify)) == (0, 0, 0)
    mine.sync("reconcile", "--only", "playlists")
    status = mine.sync("status", "--json")
    waits = [line for line in status.lines if line["type"] == "waiting"]
    assert [(line["playlist"], line["track"]) for line in waits] == [("Unassigned", other)]
    told = mine.sync("why", other).out
    assert "a person asked for Nobody You Know – Somewhere Else" in told
    assert "asked for by itself (event " in told and "no file in 'Unassigned'" in told


def test_a_track_that_was_asked_for_gets_its_place(
    mine: Crate, spotify: Sandbox, other: str
) -> None:
    audio(mine, spotify, "Somewhere Else")
    mine.sync("add", other)
    assert mine.sync("reconcile", "--only", "files", "--only", "playlists").code == 0
    assert mine.audio_tree() == ["Unassigned/Nobody You Know - Somewhere Else.wav"]


def test_what_is_asked_for_is_wanted_though_its_playlists_are_not(
    mine: Crate, spotify: Sandbox
) -> None:
    late = spotify.find_playlist("Late Night")
    text = (mine.home / "config.toml").read_text()
    mine.configure(text + '[playlists]\nexclude = ["*"]\n')
    mine.sync("playlist", late.uri)
    mine.sync("add", late.rows[0].uri)
    assert asked(spotify) <= 2  # it is known by then
    mine.sync("reconcile", "--only", "playlists")
    status = mine.sync("status", "--json")
    waits = [line["track"] for line in status.lines if line["type"] == "waiting"]
    assert waits == [late.rows[0].uri]


def test_a_track_that_is_not_there(mine: Crate) -> None:
    said = mine.sync("add", "spotify:track:0000000000000000000000")
    assert (
        said.code == 1 and "spotify:track:0000000000000000000000: Spotify answers 404" in said.err
    )
    assert "TrackRequested" not in mine.kinds()


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("add", "spotify:playlist:0000000000000000000000"), "sync playlist spotify:playlist:0"),
        (("playlist", "spotify:track:0000000000000000000000"), "sync add spotify:track:0"),
        (("add", "spotify:artist:0000000000000000000000"), "no such address"),
        (("playlist", "Late Night"), "https://open.spotify.com/playlist/"),
    ],
)
def test_other_addresses_are_a_matter_of_usage(
    mine: Crate, words: tuple[str, str], says: str
) -> None:
    said = mine.sync(*words)
    assert said.code == 2 and says in " ".join(said.err.replace("│", " ").split())


# ---- next --------------------------------------------------------------------------------------


def test_nothing_is_playing(mine: Crate) -> None:
    said = mine.sync("next", "--json")
    assert said.lines[0]["type"] == "playing" and said.lines[0]["ref"] == ""
    assert "playing" not in mine.sync("next").out


def test_what_is_playing_comes_first(mine: Crate, spotify: Sandbox) -> None:
    mine.sync("reconcile")
    audio(mine, spotify, "Low Lamp")
    last = spotify.find_playlist("Warm up").rows[-1].uri
    before = _waiting(mine)
    assert before[0] != last and last in before
    spotify.play(last, "Warm up")
    said = mine.sync("next")
    assert said.out.splitlines()[0] == f"playing: {_label(spotify, last)}, from 'Warm up'"
    assert mine.kinds().count("PlaybackSeen") == 1
    assert _waiting(mine)[0] == last
    assert "passed over: " + _label(spotify, last) in said.err
    laid = mine.audio_tree()
    assert laid and all("Low Lamp" in path for path in laid), "what can be had is, instead"
    count = len(mine.events())
    assert mine.sync("next").code == 0 and len(mine.events()) == count


def test_what_is_playing_and_has_no_place(mine: Crate, spotify: Sandbox, other: str) -> None:
    spotify.play(other)
    assert f"sync add {other} gives it one" in mine.sync("next").out


@pytest.mark.parametrize("fault", ["quota", "500", "drop"])
def test_what_is_playing_need_not_be_known(
    mine: Crate, spotify: Sandbox, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    mine.sync("reconcile")
    audio(mine, spotify, "Low Lamp")
    spotify.fault(fault, endpoint="/v1/*", times=99)
    said = mine.sync("next")
    assert said.code == 3 and "what is playing is not known: Spotify" in said.err
    assert any("Low Lamp" in path for path in mine.audio_tree())


def _waiting(crate: Crate) -> list[str]:
    lines = crate.sync("status", "--json").lines
    return [line["track"] for line in lines if line["type"] == "waiting"]


def _label(spotify: Sandbox, uri: str) -> str:
    from engine.people import clock

    track = spotify.find_track(uri)
    artists = ", ".join(artist.name for artist in track.artists)
    return f"{artists} - {track.name} ({clock(track.duration_ms)})"


# ---- when it cannot be asked -------------------------------------------------------------------


COMMANDS = [
    ("playlist", "spotify:playlist:0000000000000000000000"),
    ("add", "spotify:track:0000000000000000000000"),
]


@pytest.mark.parametrize("words", COMMANDS, ids=lambda words: words[0])
def test_who_is_not_logged_in_is_told_so(
    mine: Crate, spotify: Sandbox, words: tuple[str, ...]
) -> None:
    spotify.revoke()
    for _ in range(2):
        said = mine.sync(*words)
        assert said.code == 12
        assert said.err.splitlines()[-1].endswith("(Refresh token revoked): sync login spotify")
    assert mine.kinds().count("AccessExpired") == 1
    mine.sync("logout", "spotify")
    said = mine.sync(*words)
    assert (said.code, said.err) == (12, "sync: not logged in to Spotify: sync login spotify\n")


@pytest.mark.parametrize("words", COMMANDS, ids=lambda words: words[0])
def test_a_quota_that_is_full_is_respected(
    mine: Crate, spotify: Sandbox, words: tuple[str, ...]
) -> None:
    spotify.fault("quota")
    for _ in range(2):
        said = mine.sync(*words)
        assert said.code == 1 and "nothing is asked until" in said.err
    assert asked(spotify) == 1
    assert mine.kinds().count("ServiceBlocked") == 1


@pytest.mark.parametrize("words", COMMANDS, ids=lambda words: words[0])
@pytest.mark.parametrize("fault", ["500", "502 html", "drop", "truncated", "403", "404"])
def test_trouble_there_is_one_line(
    mine: Crate, spotify: Sandbox, words: tuple[str, ...], fault: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    spotify.fault(fault, endpoint="/v1/*", times=9)
    said = mine.sync(*words)
    assert said.code == 1 and said.out == ""
    assert len(said.err.splitlines()) == 1 and said.err.startswith("sync: Spotify: ")


@pytest.mark.parametrize("words", COMMANDS, ids=lambda words: words[0])
def test_without_spotify_and_during_a_run(
    crate: Crate, mine: Crate, words: tuple[str, ...]
) -> None:
    with lock(mine.home / "effects.lock", "sync reconcile"):
        assert mine.sync(*words).code == (11 if words[0] == "playlist" else 0)
    crate.configure()
    said = crate.sync(*words)
    assert said.code == 1 and "has no section [spotify]" in said.err


def test_during_a_run_a_track_is_asked_for_all_the_same_and_found_out_by_the_next(
    mine: Crate, spotify: Sandbox
) -> None:
    strange = made_up.track("Stranger", "Somebody", "Elsewhere")
    spotify.library.put(strange)
    with lock(mine.home / "effects.lock", "sync watch"):
        said = mine.sync("add", strange.uri)
    assert said.code == 0 and "`sync watch`" in said.err
    assert said.out.startswith(f"{strange.uri}: asked for\n")
    mine.sync("reconcile")
    with mine.library() as library:
        row = library.state.library.tracks.get(strange.uri)
        assert row is not None and row.title == "Stranger"
    assert any("/tracks/" in name for name in spotify.requests), spotify.requests
    spotify.forget()
    mine.sync("reconcile")
    assert not any("/tracks/" in name for name in spotify.requests), spotify.requests


# ---- why ---------------------------------------------------------------------------------------


def test_a_track_names_its_playlists_with_when_and_by_whom(mine: Crate, spotify: Sandbox) -> None:
    mine.sync("reconcile")
    shared = spotify.find_playlist("Road Trip")
    row = shared.rows[0]
    told = mine.sync("why", row.uri).out.split("  now:\n")[1]
    assert f"on 'Road Trip', added {row.added_at} by {shared.owner.id} (event " in told
    liked = next(each for each in spotify.library.liked if each.uri == row.uri)
    assert f"on 'Liked Songs', added {liked.added_at} (event " in told
