"""Getting the audio of tracks that have none: search, choose, fetch; each step is told at once.

What was fetched lies in a folder of ours, one place for each source id, so that a run that is
killed anywhere finds there what it had: a download goes on, and one that was complete is told
without asking for it again.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from pathlib import Path
from typing import Literal, Protocol, TypeVar

import msgspec

from adapters.contract import AdapterError, Blocked, Fatal, Permanent, Probe
from engine import chain
from engine.candidates import LOWER, RULES, UPPER, Candidate, judge
from engine.chain import Later, Search, Take
from engine.holding import Held, free
from engine.library import Library
from engine.ports import Progress, Transfer, Transfers, quiet, silent
from engine.scoring import Wanted
from engine.titles import from_file_name
from engine.when import local
from projections.library import TrackRow
from projections.origins import FETCHED
from projections.playlists import Group
from projections.registry import State
from projections.tracks import describe, label, named
from state.events import (
    AudioFetched,
    CandidatesFound,
    Event,
    FetchFailed,
    FileMatched,
    ServiceBlocked,
    TrackSeen,
)
from state.values import Offer, Ref, RootId, TrackId

FREE = 0.1
"""Below this part of free space nothing more is fetched."""
BEST = 5
"""So many candidates are recorded."""

T = TypeVar("T")
R = TypeVar("R")


class Fetched(msgspec.Struct, frozen=True):
    """A file that was fetched."""

    path: Path
    ref: Ref
    url: str
    title: str = ""
    uploader: str = ""
    duration_ms: int = 0


class Media(Protocol):
    """The media sites, as `adapters.media` offers them."""

    @property
    def sources(self) -> Sequence[str]:
        """Names of those that are searched, the preferred one first."""

    def search(self, words: str, source: str) -> list[Candidate]:
        """Candidates, as the site orders them. Raises AdapterError."""

    def fetch(self, url: str, folder: Path, wanted_s: float, told: Transfers = silent) -> Fetched:
        """Fetch into a place of its own below a folder. Raises AdapterError."""


class Turn(msgspec.Struct):
    """What came of a turn."""

    paths: list[str] = msgspec.field(default_factory=list)
    """What was fetched, relative to the folder."""
    searched: int = 0
    failed: list[str] = msgspec.field(default_factory=list)
    waits: list[str] = msgspec.field(default_factory=list)
    due: int = 0
    """When something may be tried again, milliseconds since 1970; 0: not by itself."""
    more: int = 0
    """Tracks that could have been tried and were over the limit."""
    held: int = 0
    """Tracks that were to be tried and wait, as something stood in the way."""
    held_by: str = ""


class Fetching:
    """One turn over the tracks that wait for audio. The caller holds the effects lock.

    Args:
        folder: where fetched files go; made if its parent is there.
        probe: reads a file's audio.
        limit: so many tracks at most.
        mark: makes the folder ours; gives the roots where that did not work.
        held: what stands in the way, in words; asked before each track.
    """

    def __init__(
        self,
        library: Library,
        media: Media,
        folder: Path,
        probe: Callable[[Path], Probe],
        *,
        limit: int,
        parallel: int,
        order: Sequence[str] = chain.ORDER,
        progress: Progress = quiet,
        transfers: Transfers = silent,
        mark: Callable[[], Collection[RootId]] = tuple,
        held: Held = free,
    ) -> None:
        self.library, self.media, self.folder, self.probe = library, media, folder, probe
        self.limit, self.parallel, self.order = limit, parallel, order
        self.progress, self.transfers = progress, transfers
        self.mark, self.held = mark, held
        self.turn = Turn()
        self._stopped = False
        self._shut: dict[str, int] = {}
        """Sites that want no more requests, until when (milliseconds since 1970)."""
        self._got: set[TrackId] = set()

    def run(self, groups: Sequence[Group], waiting: Iterable[TrackId]) -> Turn:
        """Search for and fetch what is next."""
        state = self.library.state
        for row in state.services.blocked:
            if row.service.startswith(chain.BLOCKED) and row.until > self.library.now():
                self._shut[row.service.removeprefix(chain.BLOCKED)] = row.until
                until = local(row.until)
                self.turn.waits.append(f"{row.why}; nothing is fetched from there until {until}")
        todo: list[TrackId] = []
        for track in chain.ordered(state, groups, waiting, self.order):
            step = self._step(track)
            if isinstance(step, Later):
                self._due(step.until)
            elif len(todo) < self.limit:
                todo.append(track)
            else:
                self.turn.more += 1
        if todo and not self._waits() and self._has_room() and not self.mark():
            self._search([t for t in todo if isinstance(self._step(t), Search)])
            self._fetch([t for t in todo if isinstance(self._step(t), Take)])
        for track in todo:
            step = self._step(track)
            if self.turn.held_by and not isinstance(step, Later) and track not in self._got:
                self.turn.held += 1  # it is due when nothing stands in the way any more
            else:
                self._due(step.until if isinstance(step, Later) else self.library.now())
        return self.turn

    def _waits(self) -> bool:
        """Whether something stands in the way; then nothing more is begun."""
        self.turn.held_by = self.turn.held_by or self.held()
        self._stopped |= bool(self.turn.held_by)
        return bool(self.turn.held_by)

    def _step(self, track: TrackId) -> chain.Step:
        step = chain.step(self.library.state, track, self.library.now())
        if isinstance(step, Search) and not self._open():
            untils = [self._shut[chain.site(source)] for source in self.media.sources]
            return Later("the sites that are searched want no requests now", min(untils, default=0))
        return step

    def _open(self) -> list[str]:
        """The sources that may be searched now."""
        return [source for source in self.media.sources if chain.site(source) not in self._shut]

    def _due(self, at: int) -> None:
        if at:
            self.turn.due = min(at, self.turn.due or at)

    def _has_room(self) -> bool:
        there = self.folder if self.folder.exists() else self.folder.parent
        try:
            room = shutil.disk_usage(there)
        except OSError as error:
            self.turn.waits.append(f"{there}: {error.strerror}: nothing is fetched")
            return False
        if room.free < room.total * FREE:
            self.turn.waits.append(
                f"{there}: less than a tenth of the volume is free: nothing is fetched"
            )
            return False
        return True

    # -- searching -------------------------------------------------------------------------------

    def _search(self, tracks: Sequence[TrackId]) -> None:
        state = self.library.state
        asked = {track: wanted for track in tracks if (wanted := wanted_of(state, track))}
        for track, result in self._side_by_side(asked, self._candidates, "searching"):
            if isinstance(result, AdapterError):
                self._trouble(track, "", result)
                continue
            found, blocked = result
            for source, error in blocked.items():
                self._shut_out(source, error)
            if found is not None:
                self.turn.searched += 1
                self._tell([offers(asked[track], found)])

    def _candidates(self, wanted: Wanted) -> tuple[list[Candidate] | None, dict[str, Blocked]]:
        """What was found, None if no site was asked to the end; and the sites that want no more
        requests."""
        words = " ".join([*wanted.artists[:1], wanted.title])
        found: list[Candidate] = []
        trouble: AdapterError | None = None
        blocked: dict[str, Blocked] = {}
        asked = self._open()
        for source in asked:
            try:
                found += self.media.search(words, source)
            except Blocked as error:
                blocked[source] = error
            except AdapterError as error:
                trouble = error
        if trouble is not None and not found:
            raise trouble
        return (None if len(blocked) == len(asked) else found), blocked

    # -- fetching --------------------------------------------------------------------------------

    def _fetch(self, tracks: Sequence[TrackId]) -> None:
        todo = list(tracks)
        tried: set[tuple[TrackId, str]] = set()
        while todo and not self._stopped:
            takes = {t: step for t in todo if isinstance(step := self._step(t), Take)}
            takes = {t: take for t, take in takes.items() if (t, take.url) not in tried}
            tried |= {(track, take.url) for track, take in takes.items()}
            jobs = {
                track: (track, take, describe(self.library.state, track))
                for track, take in takes.items()
            }
            failed = []
            for track, got in self._side_by_side(jobs, self._one, "fetching"):
                if isinstance(got, AdapterError):
                    self._trouble(track, takes[track].url, got)
                    failed.append(track)
                else:
                    self._tell(got)
                    self._got.add(track)
                    self.turn.paths += [e.path for e in got if isinstance(e, AudioFetched)]
            todo = failed  # the next address of the same track, if there is one

    def _one(self, job: tuple[TrackId, Take, TrackRow | None]) -> list[Event]:
        """In a thread of its own: the state is not looked at here."""
        track, take, row = job
        if until := self._shut.get(chain.site(take.url)):
            raise Blocked("", until / 1000, 0)
        seconds = row.duration_ms / 1000 if row is not None else 0.0
        name = named(row.artists, row.title) if row is not None else track
        try:
            got = self.media.fetch(
                take.url, self.folder, seconds, lambda at: self.transfers(at._replace(name=name))
            )
        finally:
            self.transfers(Transfer(name, done=True))
        try:
            audio = self.probe(got.path)
            size = got.path.stat().st_size
        except OSError as error:
            raise Fatal(f"{got.path}: {error.strerror}") from error
        fetched = AudioFetched(
            Ref(track),
            take.url,
            got.ref,
            FETCHED,
            got.path.relative_to(self.folder).as_posix(),
            size,
            audio.audio,
            audio.duration_ms,
            audio.codec,
            audio.bitrate,
            audio.tags,
        )
        told: list[Event] = []
        unnamed = row is None or not row.artists  # a person gave its address and nothing else
        if unnamed and chain.address(Ref(track)) == take.url and got.title:
            told.append(upload(got, Ref(track)))
        evidence = f"fetched from {take.url}: {take.why}"
        return [
            *told,
            fetched,
            FileMatched(audio.audio, Ref(track), "fetched", take.score, evidence),
        ]

    # -- together --------------------------------------------------------------------------------

    def _trouble(self, track: TrackId, url: str, error: AdapterError) -> None:
        """An error in words; what it means for the track, and whether the turn is over."""
        if isinstance(error, Blocked):
            self._shut_out(url, error)
            return
        if isinstance(error, Fatal):
            if not self._stopped:
                self.turn.waits.append(str(error))
            self._stopped = True
            return
        self.turn.failed.append(f"{label(self.library.state, track)}: {error}")
        if url:
            permanent = isinstance(error, Permanent)
            self._tell([FetchFailed(Ref(track), url, str(error), permanent)])

    def _shut_out(self, where: str, error: Blocked) -> None:
        """A site wants no more requests: all others go on."""
        site = chain.site(where)
        if site not in self._shut:
            self._shut[site] = int(error.until * 1000)
            self.turn.waits.append(str(error))
            self._tell([ServiceBlocked(chain.BLOCKED + site, self._shut[site], str(error))])

    def _tell(self, events: Sequence[Event]) -> None:
        self.library.append(events)

    def _side_by_side(
        self, jobs: dict[TrackId, T], do: Callable[[T], R], what: str
    ) -> Iterator[tuple[TrackId, R | AdapterError]]:
        """Do jobs a few at a time; each result as soon as it is there, errors among them."""
        waiting = iter(jobs.items())
        running: dict[Future[R], TrackId] = {}
        done = 0
        with ThreadPoolExecutor(self.parallel) as pool:
            while True:
                while len(running) < self.parallel and not self._stopped:
                    entry = next(waiting, None)
                    if entry is None or self._waits():
                        break
                    running[pool.submit(do, entry[1])] = entry[0]
                if not running:
                    return
                self.progress(what, done, len(jobs))
                ended, _ = wait(running, return_when=FIRST_COMPLETED)
                for future in sorted(ended, key=lambda each: running[each]):
                    track = running.pop(future)
                    done += 1
                    try:
                        result: R | AdapterError = future.result()
                    except AdapterError as error:
                        result = error
                    yield track, result


def upload(got: Fetched, ref: Ref) -> TrackSeen:
    """What a site says of an upload that is wanted for itself; many titles hold the artist too."""
    artist, title = from_file_name(got.title)
    source = ref.partition(":")[0]
    names = (artist or got.uploader,)
    return TrackSeen(ref, source, title or got.title, names, duration_ms=got.duration_ms)


def wanted_of(state: State, track: TrackId) -> Wanted | None:
    """A track as the scorer wants it."""
    row = describe(state, track)
    if row is None or not row.title:
        return None
    return Wanted(
        Ref(track), row.title, row.artists, row.album, row.duration_ms, row.isrc, row.explicit
    )


def offers(wanted: Wanted, found: Sequence[Candidate]) -> CandidatesFound:
    """The best of what was found, judged."""
    judged = judge(wanted, found)
    best = tuple(
        Offer(
            scored.candidate.url,
            scored.candidate.title,
            scored.candidate.uploader,
            round((scored.candidate.duration_s or 0) * 1000),
            scored.candidate.source,
            scored.score,
            scored.why,
            _verdict(scored.score),
        )
        for scored in judged.ranked[:BEST]
    )
    return CandidatesFound(wanted.ref, best, RULES)


def _verdict(score: float) -> Literal["take", "review", "no"]:
    return "take" if score >= UPPER else "review" if score >= LOWER else "no"
