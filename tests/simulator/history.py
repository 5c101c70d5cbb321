"""One history, as data: what is wanted when, where the process ends, what a person does meanwhile.

Everything is drawn from the seed at once, so a history can be made shorter afterwards without
changing what is left of it.
"""

from __future__ import annotations

import errno
from random import Random
from typing import Literal, NamedTuple

from tests.simulator.system import Features

Wishes = dict[tuple[str, int], str]
"""(playlist, track) → path below the target."""

CODES = (errno.EIO, errno.ENOSPC, errno.EACCES)


class Cut(NamedTuple):
    """Something that goes wrong in one process, once.

    kill: everything written so far stays. power: what was not synced is kept, dropped or torn.
    fault: one call fails. broken: every call from there on fails until the process ends.
    """

    process: int
    kind: Literal["kill", "power", "fault", "broken"]
    where: Literal["step", "log", "look"]
    """What is counted: everything that changes something, the log's steps, or looks."""
    number: int
    code: int = 0


class Edit(NamedTuple):
    """Something that a person does, once."""

    process: int
    when: Literal["start", "log", "look", "step"]
    """Before a process, at one of the log's steps, as a file is looked at (then it is that file),
    or at any primitive (then only a new file is put somewhere)."""
    number: int
    kind: str
    pick: int
    """Which of the files that it may be about."""


class Wanted(NamedTuple):
    """What a person wants from one process on."""

    process: int
    wishes: Wishes


class Tagged(NamedTuple):
    """What the tags of a track should say from one process on."""

    process: int
    track: int
    mark: str
    """`REFUSED`: what no file can bear."""


REFUSED = "refused"


class History(NamedTuple):
    """All that happens."""

    seed: int
    features: Features
    tracks: int
    layouts: tuple[Wanted, ...]
    lists: bool
    """One text file for each playlist too."""
    restores: bool
    """What a person took away is put back."""
    chunk: int
    """Intents in one commit."""
    cuts: tuple[Cut, ...]
    edits: tuple[Edit, ...]
    drop: Literal["", "asleep", "awake", "greedy"] = ""
    """There is a drop folder too. Its program never takes anything, takes it now and then (the
    edits `take`), or takes everything as soon as it is there."""
    tags: tuple[Tagged, ...] = ()
    holds: tuple[tuple[int, int], ...] = ()
    """A program that plays our files: the process, and how often that is asked before it starts."""

    def wishes(self, process: int) -> Wishes:
        """What is wanted in a process."""
        found: Wishes = {}
        for layout in self.layouts:
            if layout.process <= process:
                found = layout.wishes
        return found

    def mark(self, process: int, track: int) -> str:
        """What the tags of a track should say in a process; empty: nothing of ours."""
        said = [each.mark for each in self.tags if each.process <= process and each.track == track]
        return said[-1] if said else ""

    def held(self, process: int, asked: int) -> bool:
        """Whether a program plays our files, when that is asked for the so-manieth time."""
        return any(each[0] == process and asked >= each[1] for each in self.holds)

    def processes(self) -> int:
        """How many there are in which anything new happens."""
        happens = [
            *(each.process for each in self.layouts),
            *(each.process for each in self.cuts),
            *(each.process for each in self.edits),
            *(each.process for each in self.tags),
            *(each[0] for each in self.holds),
        ]
        return max(happens, default=0) + 1


EDITS = (
    "delete",
    "rename",
    "replace",
    "retag",
    "squat",
    "junk",
    "text",
    "link",
    "link",
    "folder",
    "unmount",
    "unplug",
)
DROPPED = ("take", "take", "take", "take", "occupy", "eject")
"""What happens to a drop folder."""


def draw(seed: int) -> History:
    """The history of a seed."""
    rng = Random(seed)
    chance, pick = rng.random, rng.randrange
    features = Features(chance() < 0.6, chance() < 0.8, chance() < 0.25)
    tracks = 1 + pick(3)
    lists = chance() < 0.4
    wishes = _first(rng, tracks)
    layouts = [Wanted(0, wishes)]
    process = 0
    for _ in range(pick(3)):
        process += 1 + (chance() < 0.4)
        for _ in range(1 + pick(3)):
            wishes = _mutated(rng, wishes, tracks)
        layouts.append(Wanted(process, wishes))
    last = process + 2
    cuts = tuple(_cut(rng, last) for _ in range(pick(4)))
    edits = tuple(_edit(rng, last) for _ in range((0, 0, 1, 1, 2, 3)[pick(6)]))
    if len(layouts) > 1 and chance() < 0.15:
        cuts, edits = _merely_read(rng, layouts[1].process)
    restores, chunk = chance() < 0.5, (2, 100, 100)[pick(3)]
    made = History(seed, features, tracks, tuple(layouts), lists, restores, chunk, cuts, edits)
    made = _with_a_drop_folder(made, Random(f"drop {seed}"), last)
    made = _with_tags(made, Random(f"tags {seed}"), last)
    return _with_holds(made, Random(f"holds {seed}"), last)


def _with_holds(history: History, rng: Random, last: int) -> History:
    """In a tenth of all histories somebody plays; from the beginning, or from some moment on."""
    if rng.random() > 0.1:
        return history
    holds = [(rng.randrange(last + 1), rng.choice((0, rng.randrange(20)))) for _ in range(2)]
    return history._replace(holds=tuple(holds))


def _with_tags(history: History, rng: Random, last: int) -> History:
    """In half of all histories tracks come to be known by other names."""
    if rng.random() < 0.5:
        return history
    processes = sorted(rng.randrange(last + 1) for _ in range(1 + rng.randrange(4)))
    tags = tuple(
        Tagged(
            process,
            rng.randrange(history.tracks),
            REFUSED if rng.random() < 0.1 else f"mark {number}",
        )
        for number, process in enumerate(processes)
    )
    return history._replace(tags=tags)


def _with_a_drop_folder(history: History, rng: Random, last: int) -> History:
    """A third of all histories has one. Its dice are its own: all else is as it would be."""
    if rng.random() > 0.35:
        return history
    drop: Literal["asleep", "awake", "greedy"] = rng.choice(("asleep", "awake", "awake", "greedy"))
    more = tuple(_edit(rng, last, DROPPED) for _ in range(rng.randrange(1, 4)))
    edits = history.edits + (more if drop == "awake" else ())
    cuts = _cannot_be_asked(rng) if rng.random() < 0.1 else history.cuts
    return history._replace(drop=drop, edits=edits, cuts=cuts)


def _cannot_be_asked(rng: Random) -> tuple[Cut, ...]:
    """Intents that are left open, and a disk that does not answer when they are looked at."""
    return (
        Cut(0, "kill", "step", rng.randrange(10, 60)),
        Cut(1, "fault", "look", rng.randrange(10), errno.EIO),
    )


def _merely_read(rng: Random, process: int) -> tuple[tuple[Cut, ...], tuple[Edit, ...]]:
    """Intents that the next process reads but a power cut takes away; a rare thing by chance."""
    cuts = (
        Cut(process, "kill", "log", 1),
        Cut(process + 1, "power", "step", rng.randrange(8)),
    )
    kind = rng.choice(("link", "link", "link", "rename"))
    return cuts, (Edit(process + 1, "start", 0, kind, rng.randrange(1 << 16)),)


def _cut(rng: Random, last: int) -> Cut:
    roll, process, code = rng.random(), rng.randrange(last + 1), rng.choice(CODES)
    if roll < 0.75:
        kind: Literal["kill", "power"] = "kill" if rng.random() < 0.5 else "power"
        if rng.random() < 0.3:
            return Cut(process, kind, "log", rng.randrange(12))
        return Cut(process, kind, "step", rng.randrange(rng.choice((12, 40, 140))))
    if roll < 0.9:
        return Cut(process, "fault", rng.choice(("step", "look")), rng.randrange(60), code)
    return Cut(process, "broken", rng.choice(("step", "look")), rng.randrange(60), code)


def _edit(rng: Random, last: int, kinds: tuple[str, ...] = EDITS) -> Edit:
    when = rng.choice(("start", "start", "log", "look", "look", "step"))
    kind = rng.choice(kinds)
    most = {"start": 1, "log": 12, "look": 60, "step": 60}[when]
    return Edit(
        rng.randrange(last + 1),
        when,  # type: ignore[arg-type]
        rng.randrange(most),
        kind,
        rng.randrange(1 << 16),
    )


def _first(rng: Random, tracks: int) -> Wishes:
    return {
        (playlist, track): f"{playlist}/{track}.mp3"
        for playlist in "ABC"[: 1 + rng.randrange(3)]
        for track in range(tracks)
        if rng.random() < 0.6
    }


def _mutated(rng: Random, wishes: Wishes, tracks: int) -> Wishes:
    """Drop, add, rename, rename a playlist, or let files change places."""
    made = dict(wishes)
    keys = list(made)
    kind = rng.choice(("drop", "add", "rename", "folder", "swap", "swap", "drop all"))
    if kind == "add" or not keys:
        key = (rng.choice("ABCD"), rng.randrange(tracks))
        path = f"{key[0]}/{key[1]}.mp3"
        if path not in made.values():
            made.setdefault(key, path)
    elif kind == "drop":
        del made[rng.choice(keys)]
    elif kind == "drop all":
        track = rng.choice(keys)[1]
        made = {key: path for key, path in made.items() if key[1] != track}
    elif kind == "rename":
        key = rng.choice(keys)
        made[key] = f"{made[key].partition('/')[0]}/{key[0]}{key[1]} {rng.randrange(3)}.mp3"
    elif kind == "folder":
        playlist = rng.choice(keys)[0]
        name = f"{playlist} {rng.randrange(3)}"
        for key in keys:
            if key[0] == playlist:
                made[key] = f"{name}/{made[key].partition('/')[2]}"
    else:
        circle = rng.sample(keys, min(len(keys), 2 + rng.randrange(2)))
        paths = [made[key] for key in circle]
        made |= dict(zip(circle, paths[1:] + paths[:1], strict=True))
    return made if len(set(made.values())) == len(made) else wishes
