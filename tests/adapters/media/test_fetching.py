from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from adapters.contract import AdapterError, Blocked, Fatal, Permanent, Transient
from adapters.media import fetching
from adapters.media.fetching import Progress, fetch
from adapters.media.problems import kind
from adapters.media.settings import FetchSettings
from adapters.media.urls import checked
from adapters.sandbox.media import Sandbox
from adapters.sandbox.media.catalogue import Track
from tests.adapters.media.conftest import SECONDS, Fetch

FILES = {
    "soundcloud": "soundcloud/pieces/{id}",
    "youtube": "youtube/file",
    "direct": "tunes.example",
}
BEFORE = {"soundcloud": 1, "youtube": 0, "direct": 2}
"""Requests for the file that are made before the one that counts."""
FORMS = {"soundcloud": "fmp4", "youtube": "webm", "direct": "m4a"}


def url(track: Track, site: str) -> str:
    found: str = getattr(track, f"{site}_url")
    return found


def failed(fetched: Fetch, url: str, *, wanted_s: float = 0.0) -> AdapterError:
    with pytest.raises(AdapterError) as error:
        fetched(url, wanted_s=wanted_s)
    assert "\n" not in str(error.value) and "secret" not in str(error.value)
    return error.value


# ---- the whole thing ---------------------------------------------------------------------------


@pytest.mark.parametrize("site", FILES)
def test_what_is_fetched_is_what_the_site_has(
    site: str, sites: Sandbox, track: Track, fetched: Fetch, capfd: pytest.CaptureFixture[str]
) -> None:
    found = fetched(url(track, site))
    assert found.path.read_bytes() == sites.sound(track, FORMS[site])
    assert found.bytes == found.path.stat().st_size
    assert found.path.suffix == f".{found.ext}"
    assert capfd.readouterr() == ("", "")


def test_it_is_named_as_the_site_names_it(track: Track, fetched: Fetch) -> None:
    cloud, tube = fetched(track.soundcloud_url), fetched(track.youtube_url)
    assert (cloud.source_ref, cloud.url) == ("soundcloud:101", track.soundcloud_url)
    assert (tube.source_ref, tube.url) == (f"youtube:{track.video}", track.youtube_url)
    assert (cloud.title, cloud.uploader, cloud.duration_s) == (track.title, "Rhea Lund", SECONDS)
    assert (tube.title, tube.uploader, tube.duration_s) == (track.title, "Rhea Lund", SECONDS)
    file = fetched(track.direct_url)
    assert (file.source_ref, file.url) == (f"url:{track.direct_url}", track.direct_url)


@pytest.mark.parametrize("site", FILES)
def test_what_was_fetched_is_not_asked_for_again(
    site: str, sites: Sandbox, track: Track, fetched: Fetch
) -> None:
    first = fetched(url(track, site))
    sites.forget()
    assert fetched(url(track, site)) == first
    assert not sites.requests


def test_only_the_file_and_its_note_stay(track: Track, fetched: Fetch) -> None:
    found = fetched(track.soundcloud_url)
    assert {path.name for path in found.path.parent.iterdir()} == {"audio.m4a", "done.json"}


def test_a_file_that_changed_since_is_not_trusted(track: Track, fetched: Fetch) -> None:
    found = fetched(track.direct_url)
    whole = found.path.read_bytes()
    found.path.write_bytes(bytes(len(whole)))
    assert fetched(track.direct_url).path.read_bytes() == whole
    found.path.unlink()
    assert fetched(track.direct_url).path.read_bytes() == whole


def test_a_file_without_a_note_is_not_trusted(track: Track, fetched: Fetch) -> None:
    found = fetched(track.youtube_url)
    whole = found.path.read_bytes()
    (found.path.parent / "done.json").unlink()
    found.path.write_bytes(b"something else")
    assert fetched(track.youtube_url).path.read_bytes() == whole


def test_progress_is_told_now_and_then_and_at_the_end(
    track: Track, settings: FetchSettings, tmp_path: Path
) -> None:
    told: list[Progress] = []
    found = fetch(checked(track.direct_url), tmp_path, settings=settings, progress=told.append)
    assert told[-1].bytes == told[-1].total == found.bytes
    assert len(told) <= 5


def test_nothing_of_a_persons_own_yt_dlp_is_read(
    track: Track, fetched: Fetch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    own = home / "yt-dlp" / "plugins" / "mine" / "yt_dlp_plugins" / "extractor"
    own.mkdir(parents=True)
    (own / "mine.py").write_text("raise SystemExit('a plugin was loaded')")
    (home / "yt-dlp" / "config").write_text("--format worst")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home))
    monkeypatch.setenv("XDG_CACHE_HOME", str(home / "cache"))
    assert fetched(track.soundcloud_url).ext == "m4a"
    assert not (home / "cache").exists()


def test_what_was_learned_of_a_site_is_kept_between_two_fetches(
    sites: Sandbox, track: Track, fetched: Fetch
) -> None:
    other = sites.catalogue.add("Slow Tide", "Rhea Lund", 4)
    fetched(track.soundcloud_url)
    fetched(other.soundcloud_url)
    assert sites.requests["GET soundcloud.com"] == 1


# ---- cut and killed ----------------------------------------------------------------------------


@pytest.mark.parametrize("site", FILES)
def test_a_download_that_was_cut_is_gone_on_with(
    site: str, sites: Sandbox, track: Track, fetched: Fetch
) -> None:
    sites.fault("truncated", endpoint=f"GET {FILES[site]}", times=99, after=BEFORE[site])
    error = failed(fetched, url(track, site))
    assert isinstance(error, Transient) and kind(error) == "network"
    sites.faults.clear()
    sites.forget()
    found = fetched(url(track, site))
    assert found.path.read_bytes() == sites.sound(track, FORMS[site])
    served = [status for name, _, status in sites.log if FILES[site] in name]
    assert served[-1] == 206 or site == "soundcloud"


KILLED = """
import os, signal, sys
from pathlib import Path
from adapters.media import fetching
from adapters.media.settings import FetchSettings
from adapters.media.urls import checked
url, folder, base, most = sys.argv[1:]
fetching.OFTEN = 0.0
def progress(now):
    if now.bytes >= int(most):
        os.kill(os.getpid(), signal.SIGKILL)
fetching.fetch(checked(url), Path(folder), settings=FetchSettings(base_url=base), progress=progress)
"""


@pytest.mark.parametrize("site", FILES)
def test_a_download_that_was_killed_is_gone_on_with(
    site: str, sites: Sandbox, track: Track, fetched: Fetch, tmp_path: Path
) -> None:
    folder = tmp_path / "audio"
    command = [sys.executable, "-c", KILLED, url(track, site), str(folder), sites.url, "30000"]
    killed = subprocess.run(command, cwd=Path(fetching.__file__).parents[2])
    assert killed.returncode == -signal.SIGKILL
    left = [path.stat().st_size for path in folder.rglob("audio.*")]
    assert left and sum(left) > 0
    sites.forget()
    found = fetched(url(track, site))
    assert found.path.read_bytes() == sites.sound(track, FORMS[site])
    if site == "direct":
        assert sites.log[-1][2] == 206


@pytest.fixture
def part(sites: Sandbox, track: Track, fetched: Fetch, tmp_path: Path) -> Path:
    """What is left of a download of the direct address that was cut off."""
    sites.fault("truncated", endpoint="tunes.example", times=9, after=BEFORE["direct"])
    failed(fetched, track.direct_url)
    sites.faults.clear()
    (found,) = tmp_path.rglob("*.part")
    return found


def test_a_part_of_something_else_is_never_gone_on_with(
    part: Path, sites: Sandbox, track: Track, fetched: Fetch
) -> None:
    """The site has another file under the same address by the time of the second run."""
    assert part.stat().st_size > 1000
    track.seed += 1
    found = fetched(track.direct_url)
    assert found.path.read_bytes() == sites.sound(track, "m4a")


@pytest.mark.parametrize("site", ["youtube", "direct"])
def test_other_bytes_in_the_middle_of_a_file_are_noticed(
    site: str, sites: Sandbox, track: Track, fetched: Fetch
) -> None:
    sites.fault("truncated", endpoint=FILES[site], after=BEFORE[site])
    sites.fault("foreign", endpoint=FILES[site])
    found = fetched(url(track, site))
    assert found.path.read_bytes() == sites.sound(track, FORMS[site])


def test_a_site_that_never_has_the_same_file_is_given_up_for_now(
    sites: Sandbox, track: Track, fetched: Fetch
) -> None:
    for kind_of_fault in ("truncated", "foreign") * 2:
        sites.fault(kind_of_fault, endpoint="youtube/file")
    error = failed(fetched, track.youtube_url)
    assert isinstance(error, Transient) and "another file" in str(error)
    assert fetched(track.youtube_url).path.read_bytes() == sites.sound(track, "webm")


@pytest.mark.parametrize("note", ["", "{}", '{"ref":"url:x","format_id":"1","ext":"m4a","size":9}'])
def test_a_part_without_a_right_note_is_thrown_away(
    note: str, part: Path, sites: Sandbox, track: Track, fetched: Fetch
) -> None:
    part.write_bytes(b"\0" * part.stat().st_size)
    (part.parent / "begun.json").write_text(note)
    assert fetched(track.direct_url).path.read_bytes() == sites.sound(track, "m4a")


def test_a_part_that_is_whole_already_is_taken(
    part: Path, sites: Sandbox, track: Track, fetched: Fetch
) -> None:
    part.write_bytes(sites.sound(track, "m4a"))
    assert fetched(track.direct_url).path.read_bytes() == sites.sound(track, "m4a")


def test_a_part_that_is_too_long_is_not(
    part: Path, sites: Sandbox, track: Track, fetched: Fetch
) -> None:
    part.write_bytes(sites.sound(track, "m4a") + b"more")
    assert fetched(track.direct_url).path.read_bytes() == sites.sound(track, "m4a")


def test_pieces_of_another_stream_are_thrown_away(
    sites: Sandbox, track: Track, fetched: Fetch
) -> None:
    sites.fault("503", endpoint="soundcloud/pieces/{id}", times=9, after=2)
    failed(fetched, track.soundcloud_url)
    sites.faults.clear()
    track.seed, track.seconds = track.seed + 1, 11
    found = fetched(track.soundcloud_url)
    assert found.path.read_bytes() == sites.sound(track, "fmp4")


# ---- what goes wrong ---------------------------------------------------------------------------

ANSWERS = {
    ("404", "soundcloud/resolve"): (Permanent, "gone"),
    ("410", "soundcloud/resolve"): (Permanent, "gone"),
    ("451", "soundcloud/resolve"): (Permanent, "geo-blocked"),
    ("403", "soundcloud/pieces/list"): (Transient, "refused"),
    ("403", "tunes.example"): (Transient, "refused"),
    ("401", "tunes.example"): (Permanent, "login"),
    ("429", "soundcloud/media/{id}"): (Blocked, "rate-limited"),
    ("429", "youtube/file"): (Blocked, "rate-limited"),
    ("bot", "youtube/player"): (Blocked, "rate-limited"),
    ("503", "soundcloud/resolve"): (Transient, "network"),
    ("503", "youtube/file"): (Transient, "network"),
    ("drop", "tunes.example"): (Transient, "network"),
    ("drop", "youtube/player"): (Transient, "network"),
    ("not json", "soundcloud/resolve"): (Transient, "unknown"),
}


@pytest.mark.parametrize(("fault", "endpoint"), ANSWERS)
def test_an_answer_says_what_to_do(
    fault: str, endpoint: str, sites: Sandbox, track: Track, fetched: Fetch
) -> None:
    site = {"tunes.example": "direct"}.get(endpoint, endpoint.partition("/")[0])
    sites.fault(fault, endpoint=endpoint, times=20)
    error = failed(fetched, url(track, site))
    wanted, word = ANSWERS[fault, endpoint]
    assert (kind(error), isinstance(error, wanted)) == (word, True), error


def test_a_service_says_how_long_it_wants_nothing(
    sites: Sandbox, track: Track, fetched: Fetch
) -> None:
    sites.fault("429", endpoint="youtube/player", seconds=1234)
    error = failed(fetched, track.youtube_url)
    assert isinstance(error, Blocked) and error.retry_after == 1234


@pytest.mark.parametrize(
    ("site", "call", "word"),
    [
        ("soundcloud", "block", "geo-blocked"),
        ("soundcloud", "protect", "drm"),
        ("soundcloud", "delete", "gone"),
        ("soundcloud", "preview_only", "preview"),
        ("youtube", "block", "geo-blocked"),
        ("youtube", "protect", "drm"),
        ("youtube", "delete", "gone"),
    ],
)
def test_what_is_not_to_be_had(
    site: str, call: str, word: str, sites: Sandbox, track: Track, fetched: Fetch
) -> None:
    if call == "preview_only":
        track.seconds = 40.0
    getattr(sites, call)(101)
    error = failed(fetched, url(track, site))
    assert (type(error).__mro__[1], kind(error)) == (Permanent, word), error


def test_a_preview_is_known_by_its_length(sites: Sandbox, fetched: Fetch) -> None:
    """An upload that is half a minute long is none; one of a longer track is."""
    short = sites.catalogue.add("Half a Minute", "Rhea Lund", 30, sites=("youtube",))
    error = failed(fetched, short.youtube_url, wanted_s=200)
    assert kind(error) == "preview"
    assert fetched(short.youtube_url, wanted_s=30).duration_s == 30


def test_a_live_stream_is_no_track(sites: Sandbox, track: Track, fetched: Fetch) -> None:
    track.live = True
    assert kind(failed(fetched, track.youtube_url)) == "not-a-video"


def test_a_page_without_audio_is_no_track(sites: Sandbox, track: Track, fetched: Fetch) -> None:
    sites.fault("not json", endpoint="tunes.example", times=5)
    assert kind(failed(fetched, track.direct_url)) == "not-a-video"


def test_without_a_connection_it_is_tried_later(tmp_path: Path, track: Track) -> None:
    nobody = FetchSettings(base_url="http://127.0.0.1:9/")
    with pytest.raises(Transient) as error:
        fetch(checked(track.soundcloud_url), tmp_path, settings=nobody)
    assert kind(error.value) == "network" and "no connection to 127.0.0.1" in str(error.value)


def test_a_browser_that_is_not_there_ends_the_run(
    sites: Sandbox, track: Track, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HOME", "XDG_CONFIG_HOME", "APPDATA"):
        monkeypatch.setenv(name, str(tmp_path))
    settings = FetchSettings(base_url=sites.url, cookies_from_browser="firefox")
    with pytest.raises(Fatal, match="cookies_from_browser"):
        fetch(checked(track.direct_url), tmp_path / "audio", settings=settings)


FULL = """
import resource, sys
from pathlib import Path
from adapters.media.fetching import fetch
from adapters.media.problems import kind
from adapters.media.settings import FetchSettings
from adapters.media.urls import checked
url, folder, base = sys.argv[1:]
resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))
try:
    fetch(checked(url), Path(folder), settings=FetchSettings(base_url=base))
except Exception as error:
    print(type(error).__mro__[1].__name__, kind(error), error)
"""


def test_a_full_disk_ends_the_run(sites: Sandbox, track: Track, tmp_path: Path) -> None:
    """A limit on the size of files stands in for it: writing fails at the same place."""
    command = [sys.executable, "-c", FULL, track.direct_url, str(tmp_path), sites.url]
    done = subprocess.run(
        command, cwd=Path(fetching.__file__).parents[2], capture_output=True, text=True
    )
    assert done.stdout.startswith("Fatal disk-full ") and "no room" in done.stdout
    assert not done.stderr


def test_a_callback_that_fails_is_not_hidden(
    track: Track, settings: FetchSettings, tmp_path: Path
) -> None:
    def full(now: Progress) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with pytest.raises(Fatal):
        fetch(checked(track.direct_url), tmp_path, settings=settings, progress=full)
