from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from adapters import media
from adapters.contract import Blocked, Fatal, Permanent, Transient
from adapters.media.problems import Trouble, kind, meaning, plain
from adapters.media.resume import pieces

SAID = {
    "Private video. Sign in if you've been granted access to this video": (Permanent, "login"),
    "Video unavailable. This video has been removed by the uploader": (Permanent, "gone"),
    "This video is no longer available due to a copyright claim": (Permanent, "gone"),
    "Sign in to confirm your age": (Permanent, "login"),
    "Sign in to confirm you’re not a bot. Use --cookies": (Blocked, "rate-limited"),
    "The uploader has not made this video available in your country": (Permanent, "geo-blocked"),
    "This live event will begin in 3 days": (Permanent, "not-a-video"),
    "Premieres in 7 hours": (Permanent, "not-a-video"),
    "Join this channel to get access to members-only content": (Permanent, "login"),
    "Requested format is not available. Use --list-formats": (Permanent, "no-format"),
    "Unable to download: HTTP Error 500: x. Giving up after 2 retries": (Transient, "network"),
    "Unable to extract client id": (Transient, "unknown"),
    "something nobody has ever read": (Transient, "unknown"),
}  # fmt: skip


@pytest.mark.parametrize("said", SAID)
def test_what_a_site_says_in_words(said: str) -> None:
    error = meaning(Trouble("ExtractorError", f"ERROR: [youtube] dQw4w9WgXcQ: {said}"), "x", 0)
    assert (kind(error), isinstance(error, SAID[said][0])) == (SAID[said][1], True), error


def test_a_disk_that_cannot_be_written_to_ends_the_run() -> None:
    error = meaning(Trouble("PermissionError", "[Errno 13] Permission denied", errno=13), "x", 0)
    assert isinstance(error, Fatal) and kind(error) == "unknown"


def test_a_refusal_says_until_when() -> None:
    error = meaning(Trouble("HTTPError", "", 429, retry_after=90), "x", 1000)
    assert isinstance(error, Blocked)
    assert (error.until, error.retry_after) == (1090, 90)


@pytest.mark.parametrize(
    ("said", "line"),
    [
        ("ERROR: [soundcloud:user] someone: It broke", "It broke"),
        ("\x1b[0;31mERROR:\x1b[0m It\nbroke; please report this issue on  https://x", "It broke"),
        ("at https://a.example/a?Signature=abc&x=1 it broke", "at https://a.example/a it broke"),
        ("It broke (caused by <HTTPError 500: x>)", "It broke"),
        ("x" * 300, "x" * 159 + "…"),
        ("", ""),
    ],
)  # fmt: skip
def test_a_message_is_one_line_without_secrets(said: str, line: str) -> None:
    assert plain(said) == line


def test_pieces_are_the_same_whoever_signed_them() -> None:
    one = '#EXTM3U\n#EXT-X-MAP:URI="first?sig=1"\n#EXTINF:10.0,\nhttps://a.example/x/1.m4s?sig=1\n'
    again = one.replace("sig=1", "sig=2").replace("a.example/x", "b.example/y")
    assert pieces(one) == pieces(again) != pieces(one.replace("10.0", "9.0"))
    assert pieces(one) != pieces(one.replace("1.m4s", "2.m4s"))


def test_yt_dlp_is_loaded_by_who_needs_it() -> None:
    names = ("fetching", "searching", "soundcloud", "settings", "tools", "urls")
    code = "".join(f"import adapters.media.{name};" for name in names)
    code += "import sys; print('yt_dlp' in sys.modules)"
    run = [sys.executable, "-c", code]
    said = subprocess.run(run, cwd=Path(media.__file__).parents[2], capture_output=True, text=True)
    assert said.stdout == "False\n"
