"""Getting the files that are wanted and not there yet: fetched, listened to, converted.

What comes of it is known to the log before anything is laid out; then it is a file like any other.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from functools import partial

from adapters import covers
from adapters.audio import probe
from adapters.contract import Fatal
from engine import fetching
from engine.analysing import Analysing
from engine.config import Config
from engine.converting import Converting
from engine.covers import Covers
from engine.fetching import Media
from engine.holding import Held, free
from engine.library import Library
from engine.making import make
from engine.media import Sites
from engine.observe import World
from engine.ports import Disk, Progress, Transfers, quiet, silent
from engine.report import Report
from engine.tagging import tags_of
from projections.formats import KEEP
from projections.layout import target_root
from projections.origins import FETCHED
from projections.tags import bearers
from state.values import RootId, TrackId


class Preparing:
    """What a run prepares. The caller holds the effects lock.

    Args:
        world: what was seen; told of the files that are made, so that they need no reading.
        report: told what came of it.
        only: targets to prepare for; empty: all.
        media: the sites to fetch from; by default the configured ones.
        mark: makes the folder of what was fetched ours; gives the roots where that did not work.
        held: what stands in the way, in words.
    """

    def __init__(
        self,
        library: Library,
        config: Config,
        world: World,
        disk: Disk,
        report: Report,
        *,
        only: Collection[str] = (),
        media: Media | None = None,
        progress: Progress = quiet,
        transfers: Transfers = silent,
        mark: Callable[[], Collection[RootId]] = tuple,
        held: Held = free,
    ) -> None:
        self.library, self.config, self.world, self.disk = library, config, world, disk
        self.report, self.only, self.media = report, only, media
        self.progress, self.transfers = progress, transfers
        self.mark, self.held = mark, held
        self.track: TrackId | None = None
        """The only one that files are made of; None: all that need any."""

    def convert(self) -> bool:
        """Make the files that targets need in another format; whether any was made."""
        library, folder = self.library, self.config.fetch.folder
        state = library.state
        targets = [target for target in state.policy.audio_targets() if self._converts(target)]
        if not targets or not state.files.online(FETCHED):
            return False
        layouter = library.layouter()
        wanted = [each for target in targets for each in layouter.layout(target).conversions]
        wanted = [each for each in wanted if self.track in (None, each.track)]
        if not wanted:
            return False
        if why := self.held():
            self.report.hold(why, "convert", len({each.source.audio for each in wanted}))
            return False
        self._analyse(each.source.audio for each in wanted)
        self._pictures(each.track for each in wanted)
        turn = Converting(
            library,
            self.disk,
            folder,
            self.world.roots(),
            make,
            tags_of,
            progress=self.progress,
            mark=self.mark,
            held=self.held,
        ).run(wanted)
        self.report.hear_of_converting(turn)
        self._touched(turn.paths)
        return bool(turn.paths)

    def _converts(self, target: str) -> bool:
        """Whether files may have to be made for a target."""
        state = self.library.state
        wanted = not self.only or target in self.only
        format = state.policy.text(f"targets.{target}.format", KEEP)
        return wanted and format != KEEP and state.files.online(target_root(target))

    @property
    def fetches(self) -> bool:
        """Whether anything is to be fetched by this run."""
        online = self.library.state.files.online(FETCHED)
        return bool(self.config.fetch.sources) and not self.only and online

    def fetch(self, waiting: Iterable[TrackId]) -> bool:
        """Get the audio of tracks that have none, where that is configured; whether any was.

        Args:
            waiting: in the order of the playlists.
        """
        settings, library = self.config.fetch, self.library
        if not self.fetches:
            return False
        layouter = library.layouter()
        turn = fetching.Fetching(
            library,
            self.media or Sites(settings),
            settings.folder,
            probe,
            limit=settings.limit,
            parallel=settings.parallel,
            order=settings.order,
            progress=self.progress,
            transfers=self.transfers,
            mark=self.mark,
            held=self.held,
        ).run(layouter.all_groups, waiting)
        self.report.hear_of_fetching(turn)
        self._touched(turn.paths)
        rows = (library.state.files.files.get((FETCHED, path)) for path in turn.paths)
        audios = [row.audio for row in rows if row is not None]
        self._analyse(audios)
        matches = library.state.matches
        self._pictures(
            library.state.identity.track(match.track)
            for audio in audios
            for match in matches.tracks(audio)
        )
        return bool(turn.paths)

    def pictures(self) -> bool:
        """Get the pictures that files of ours lack; whether there were any."""
        return self._pictures(track for _, track in bearers(self.library.state)) > 0

    def _pictures(self, tracks: Iterable[TrackId]) -> int:
        settings = self.config.fetch
        if not self.fetches:
            return 0
        get = partial(covers.fetch, base_url=settings.base_url)
        turn = Covers(self.library, self.disk, settings.folder, get, self.progress)
        tracks = list(tracks)
        if not (due := turn.due(tracks)):
            return 0
        if why := self.held():
            self.report.hold(why, "cover", len(due))
            return 0
        if self.mark():
            return 0
        found = turn.run(tracks)
        self.report.notes += [f"no cover: {line}" for line in turn.failed]
        return found

    def _touched(self, paths: Iterable[str]) -> None:
        """What was made just now needs no reading."""
        for path in paths:
            stamp = self.disk.stamp(self.config.fetch.folder / path)
            self.world.touched(FETCHED, path, stamp)

    def _analyse(self, audios: Iterable[str]) -> None:
        """Listen to what was not listened to yet, where that is configured."""
        state, settings = self.library.state, self.config.analysis
        sources = dict.fromkeys(map(state.made.source, audios))
        fresh = [audio for audio in sources if state.analyses.of(audio) is None]
        if not settings.automatic or not fresh or self.held():
            return
        try:
            turn = Analysing(self.library, settings, progress=self.progress).run(fresh)
        except Fatal as error:
            self.report.notes.append(f"nothing is listened to: {error}")
        else:
            self.report.analysed += turn.heard
            self.report.notes += [f"not listened to: {line}" for line in turn.failed]
