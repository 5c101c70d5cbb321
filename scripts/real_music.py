"""Lay out real music and count how many placements are right at the first run.

    python scripts/real_music.py FOLDER [--work DIR]

FOLDER holds any tagged audio (for example the unpacked game-music packages of Debian). Backups in
Exportify's form are made from the tags: one playlist of everything, one per artist, and a shuffled
one; some files are re-encoded to m4a, mp3 and flac, some lose their tags. A placement is right if
the file in the playlist's folder holds the audio that the row was made from.
"""

from __future__ import annotations

import argparse
import random
import shutil
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path

from adapters.audio import ffmpeg, probe
from adapters.contract import AdapterError, Probe
from adapters.ignored import is_audio
from engine.config import load, written
from engine.library import Library
from engine.reconcile import Reconciler
from projections.layout import Layouter
from projections.registry import State
from state.values import Placement

HEADER = (
    "Track URI,Track Name,Album Name,Artist Name(s),Release Date,Duration (ms),Popularity,"
    "Explicit,Added By,Added At,Genres,Record Label,Danceability,Energy,Key,Loudness,Mode,"
    "Speechiness,Acousticness,Instrumentalness,Liveness,Valence,Tempo,Time Signature"
)
FORMS = {"m4a": ["-c:a", "aac", "-b:a", "128k"], "mp3": ["-b:a", "192k"], "flac": []}


def main() -> int:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--work", type=Path)
    options = parser.parse_args()
    work = options.work or Path(tempfile.mkdtemp(prefix="real-music-"))
    music, csv = work / "music", work / "spotify_playlists"
    for folder in (music, csv):
        folder.mkdir(parents=True)
    chance = random.Random(7)
    rows: dict[str, tuple[str, Probe, str]] = {}
    for number, path in enumerate(sorted(options.folder.rglob("*"))):
        if not (path.is_file() and is_audio(path.name)):
            continue
        try:
            told = probe(path)
        except AdapterError as error:
            print("cannot be read:", error)
            continue
        if not told.tags.title or told.duration_ms < 30_000:
            continue
        made = _brought(path, music, chance.choice(["", "", *FORMS]), number)
        uri = f"spotify:track:{number:022d}"
        rows[uri] = (_row(uri, told), probe(made), made.name)
    _playlists(csv, rows, chance)
    config = work / "home" / "config.toml"
    config.parent.mkdir()
    config.write_text(written([str(csv)], [str(music)], str(work / "Playlists")), "utf-8")
    return _judge(work, rows)


def _brought(path: Path, music: Path, form: str, number: int) -> Path:
    """The file in the messy folder: as it is, or re-encoded."""
    if not form:
        made = music / f"{number:03d} {path.name}"
        shutil.copyfile(path, made)
        return made
    made = music / f"{number:03d} {path.stem}.{form}"
    command = [ffmpeg(), "-v", "error", "-nostdin", "-y", "-i", str(path), "-map", "0:a:0"]
    subprocess.run([*command, *FORMS[form], "-map_metadata", "0:s:0", str(made)], check=False)
    if not made.exists() or probe(made).tags.title == "":
        made.unlink(missing_ok=True)
        return _brought(path, music, "", number)
    return made


def _row(uri: str, told: Probe) -> str:
    def quoted(text: str) -> str:
        return '"' + text.replace('"', '""') + '"'

    artists = quoted(";".join(told.tags.artists))
    return (
        f"{uri},{quoted(told.tags.title)},{quoted(told.tags.album)},{artists},2020-01-01,"
        f'{told.duration_ms},50,false,me,2024-01-01T00:00:00Z,"","",0.5,0.5,5,-5,1,0,0,0,0,0,120,4'
    )


def _playlists(csv: Path, rows: dict[str, tuple[str, Probe, str]], chance: random.Random) -> None:
    lists: dict[str, list[str]] = defaultdict(list)
    for row, told, _ in rows.values():
        lists["Everything"].append(row)
        lists[(told.tags.artists or ("Nobody",))[0]].append(row)
    lists["Mixed_up"] = chance.sample(lists["Everything"], len(rows) // 2)
    for name, lines in lists.items():
        safe = "".join(char for char in name if char not in '/\\:*?"<>|').replace(" ", "_")
        (csv / f"{safe}.csv").write_text("\n".join([HEADER, *lines]) + "\n", "utf-8")


def _judge(work: Path, rows: dict[str, tuple[str, Probe, str]]) -> int:
    config = load(work / "home" / "config.toml")
    library = Library(work / "home", "real music")
    with library.effects():
        first = Reconciler(library, config).run()
    state = library.state
    expected = {
        (group.lead, member.track) for group in Layouter(state).groups for member in group.members
    }
    wrong = [line for pair in sorted(expected) if (line := _wrong(state, pair, rows, work))]
    library.close()
    library = Library(work / "home", "real music")
    with library.effects():
        second = Reconciler(library, config).run()
    fault = library.log.verify()
    for line in wrong:
        print("wrong:", line)
    right = len(expected) - len(wrong)
    print(
        f"{right} of {len(expected)} placements are right ({right / len(expected):.1%}); "
        f"{first.matters} to review, {first.waiting} waiting; second run: {second.events} events; "
        f"chain: {fault or 'whole'}"
    )
    return 0 if right >= 0.95 * len(expected) and not second.events and not fault else 1


def _wrong(
    state: State, pair: tuple[str, str], rows: dict[str, tuple[str, Probe, str]], work: Path
) -> str:
    playlist, track = pair
    name = state.library.playlists.get(playlist)
    for row in state.files.files:
        wish = row.placement
        if wish == Placement("playlists", playlist, state.identity.track(track)):  # type: ignore[arg-type]
            audio = probe(work / "Playlists" / row.path).audio
            if audio == rows[track][1].audio:
                return ""
            return f"{row.path} holds other audio than {rows[track][2]}"
    return f"{name.name if name else playlist}: nothing for {rows[track][2]}: {rows[track][0]}"


if __name__ == "__main__":
    sys.exit(main())
