"""What a person says through commands. It is recorded whether a run is under way or not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from adapters.disk import Disk
from engine import answers, people, trash
from engine.library import Library
from engine.people import CannotTell
from projections.layout import target_root
from projections.registry import State
from state.events import Event
from state.values import Ref
from tests.machine.sound import Song

Said = Callable[[State, str, Ref, Ref], Sequence[Event]]

WORDS: dict[str, Said] = {
    "match": lambda state, audio, one, other: people.pinned(state, audio, one),
    "reject": lambda state, audio, one, other: people.rejected(state, audio, one),
    "reject all": lambda state, audio, one, other: people.rejected(state, audio),
    "none": lambda state, audio, one, other: people.no_track(state, audio),
    "merge": lambda state, audio, one, other: people.merged(state, one, other),
    "separate": lambda state, audio, one, other: people.separated(state, one, other),
}


def say(library: Library, pick: int, song: Song, other: Song, word: str) -> None:
    """`sync match`: about one of the audios that are known, and songs that are known."""
    audios = sorted({row.audio for row in library.state.files.files if row.audio})
    refs = [Ref(each.uri) for each in (song, other)]
    if audios and all(ref in library.state.identity.refs for ref in refs):
        audio = audios[pick % len(audios)]
        _recorded(library, lambda state: WORDS[word](state, audio, *refs))


def answer(library: Library, pick: int, choice: int) -> None:
    """`sync review`: about one of the matters that are open."""
    open_ = answers.waiting(library.state)
    if open_:
        row = open_[pick % len(open_)]
        numbers = [str(number) for number in range(1, len(answers.numbered(row)) + 1)]
        known = [*answers.known(row), *numbers] or ["done"]
        word = known[choice % len(known)]
        _recorded(library, lambda state: answers.answered(state, row, word))


def adopt(library: Library) -> None:
    """`sync adopt --own --all`."""
    _recorded(library, lambda state: [people.adopted(row) for row in people.claimed(state)])


def empty_trash(library: Library, root: Path) -> None:
    """`sync trash empty`."""
    list(trash.empty(library, Disk(), trash.rubbish(library, {target_root("playlists"): root})))
    library.save()


def _recorded(library: Library, said: Callable[[State], Sequence[Event]]) -> None:
    try:
        library.decide(said)
    except CannotTell:
        return
    library.save()
