"""spotDL's choice of an upload on our table of labelled cases, for comparison.

python -m scripts.bench.spotdl_matching tests/matching/cases.json

Runs where spotDL can be imported (an environment of its own: `pip install spotdl`), and says so
where it cannot. Its own classes search and score; only their answers come from the table: it asks
YouTube Music, then YouTube, then SoundCloud, and takes the first that finds something.
"""

from __future__ import annotations

import argparse
import importlib
import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

SITES = ("youtube_music", "youtube", "soundcloud")


def song(wanted: dict[str, Any], number: int, kind: Any) -> Any:
    """A wanted track as spotDL knows one."""
    artists = wanted["artists"] or [""]
    known = {
        "name": wanted["title"],
        "artists": artists,
        "artist": artists[0],
        "album_name": wanted["album"] or "",
        "album_artist": artists[0],
        "duration": wanted["duration_ms"] / 1000,
        "explicit": bool(wanted["explicit"]),
        "isrc": wanted["isrc"] or None,
        "song_id": str(number),
    }
    unused = (
        *("genres", "disc_number", "disc_count", "year", "date", "track_number"),
        *("tracks_count", "publisher", "url", "cover_url", "copyright_text"),
    )
    return kind(**known, **dict.fromkeys(unused))


def result(candidate: dict[str, Any], kind: Any) -> Any:
    """A candidate as spotDL's own readers of the three sites would give it."""
    site, name = candidate["source"], (candidate["uploader"] or "").removesuffix(" - Topic")
    return kind(
        source=site,
        url=candidate["url"],
        verified=site == "youtube_music",
        name=candidate["title"],
        duration=candidate["duration_s"] or 0,
        author=name if site == "youtube_music" else candidate["uploader"] or "",
        result_id=candidate["url"],
        artists=None if site == "youtube" else (name,),
        views=candidate["view_count"] or 0,
    )


def chosen(case: dict[str, Any], number: int, spotdl: Any) -> str | None:
    """The address that it takes; None if it takes none."""
    base, songs, results = spotdl
    provider: Any = base.AudioProvider

    class Table(provider):  # type: ignore[misc]
        SUPPORTS_ISRC = False
        GET_RESULTS_OPTS: tuple[dict[str, Any], ...] = ({},)

        def __init__(self, site: str) -> None:
            self.search_query, self.filter_results, self._site = None, True, site

        def get_results(self, search_term: str, **options: Any) -> list[Any]:
            found = (each for each in case["candidates"] if each["source"] == self._site)
            return [result(each, results.Result) for each in found]

        def get_views(self, url: str) -> int:
            return 0

    wanted = song(case["wanted"], number, songs.Song)
    found = (Table(site).search(wanted) for site in SITES)
    return next((url for url in found if url), None)


def main() -> int:
    """Print a row for each class, and all together as JSON. Exit code 2 without spotDL."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cases", type=Path)
    parser.add_argument("--wrong", action="store_true", help="name the wrong ones")
    said = parser.parse_args()
    modules = ("spotdl.providers.audio.base", "spotdl.types.song", "spotdl.types.result")
    try:
        spotdl = [importlib.import_module(name) for name in modules]
        version = importlib.import_module("spotdl._version").__version__
    except ImportError as failure:
        print(f"spotDL cannot be imported here ({failure}): pip install spotdl", file=sys.stderr)
        return 2
    counts: Counter[tuple[str, str]] = Counter()
    kinds: dict[str, None] = {}
    for number, case in enumerate(json.loads(said.cases.read_text("utf-8"))):
        url = chosen(case, number, spotdl)
        urls = [each["url"] for each in case["candidates"]]
        right = urls.index(url) in case["right"] if url else not case["right"]
        verdict = "right" if right else "taken wrong" if url else "none taken"
        counts[case["class"], verdict] += 1
        kinds[case["class"]] = None
        if said.wrong and not right:
            taken = case["candidates"][urls.index(url)]["title"] if url else "nothing"
            print(f"case {number}: {case['wanted']['title']}: {verdict}: {taken}")
    verdicts = ("right", "taken wrong", "none taken")
    for kind in kinds:
        print(f"| {kind} | {' | '.join(str(counts[kind, each]) for each in verdicts)} |")
    totals = {each: sum(counts[kind, each] for kind in kinds) for each in verdicts}
    print(json.dumps({"spotdl": version, "cases": sum(totals.values())} | totals))
    return 0


if __name__ == "__main__":
    sys.exit(main())
