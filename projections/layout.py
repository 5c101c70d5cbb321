"""Which file should exist where, and which audio it should hold.

Names are sticky: a placement that has a file keeps its name until the template or the playlist's
name was changed after that file got its place. New names keep out of the way of all that is there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase

from projections.delivery import Delivery, is_delivered
from projections.files import FileRow, MissingRow, TrashRow
from projections.formats import KEEP
from projections.naming import collision_key, name, part, place, suffix
from projections.origins import Origins
from projections.playlists import Group, groups
from projections.registry import State
from projections.serving import Serving
from projections.wishes import (
    UNASSIGNED_FOLDER,
    Layout,
    Waiting,
    Wish,
    extension,
    fields,
    target_root,
)
from state.values import UNASSIGNED, Placement, PlaylistRef, Ref, TrackId

__all__ = ["UNASSIGNED_FOLDER", "Layout", "Layouter", "Waiting", "Wish", "included", "target_root"]


def included(state: State, found: Iterable[Group]) -> list[Group]:
    """The playlists that the configuration wants laid out."""
    wanted = state.policy.texts("playlists.include", ("*",))
    unwanted = state.policy.texts("playlists.exclude")
    return [
        group for group in found if _fits(group.name, wanted) and not _fits(group.name, unwanted)
    ]


def _fits(text: str, patterns: Iterable[str]) -> bool:
    folded = text.casefold()
    return any(fnmatchcase(folded, pattern.casefold()) for pattern in patterns)


class Layouter:
    """Computes the layouts of all targets over one state, each of them once.

    It is good until the state changes.
    """

    def __init__(self, state: State) -> None:
        self.state = state
        self.all_groups, self.doubts = groups(state.library, state.identity)
        self.groups = included(state, self.all_groups)
        self._group_of = {ref: group for group in self.all_groups for ref in group.refs}
        self.tracks_of = {group.lead: group.tracks(state.identity) for group in self.all_groups}
        self.asked: set[str] = {state.identity.track(row.ref) for row in state.requests.rows}
        self.serving = Serving(state)
        self._pins = {
            self.canonical(Placement(pin.target, pin.playlist, pin.track)): pin.wanted
            for pin in state.files.pins
        }
        self._layouts: dict[tuple[str, str | None], Layout] = {}

    def canonical(self, placement: Placement) -> Placement:
        """The same wish under today's names of its playlist and its track."""
        group = self._group_of.get(placement.playlist)
        lead = group.lead if group is not None else placement.playlist
        track = Ref(self.state.identity.track(placement.track))
        if (lead, track) == (placement.playlist, placement.track):
            return placement  # nearly all, nearly always
        return Placement(placement.target, lead, track)

    def pin(self, wish: Placement) -> bool | None:
        """What a person said of a placement (in today's names), if anything."""
        return self._pins.get(wish)

    def layout(self, target: str, template: str | None = None) -> Layout:
        """What a target should look like; `template` stands for the one in the log."""
        found = self._layouts.get((target, template))
        if found is None:
            once = is_delivered(self.state, target)
            work = Delivery(self, target) if once else _Target(self, target, template)
            found = self._layouts[target, template] = work.layout()
        return found


class _Target:
    """The computation of one layout."""

    def __init__(self, shared: Layouter, target: str, template: str | None) -> None:
        self.shared, self.state, self.target = shared, shared.state, target
        self.root = target_root(target)
        setting = f"targets.{target}.path"
        self.template = template or self.state.policy.text(setting)
        self.template_at = (
            self.state.policy.set_at(setting) if template is None else self.state.position + 1
        )
        self.by_playlist = "{playlist}" in self.template
        self.on_edit = self.state.policy.text(f"targets.{target}.on_edit", "ask")
        self.files = [row for row in self.state.files.files if row.root == self.root]
        self.has, self.spare = self._existing()
        self.taken: dict[str, Placement | None] = {}
        format = self.state.policy.text(f"targets.{target}.format", KEEP)
        self.origins = Origins(self.state, shared.serving, self.root, shared.canonical, format)
        self.folders = self._folders()

    # -- what is there ---------------------------------------------------------------------------

    def _existing(self) -> tuple[dict[Placement, FileRow], list[FileRow]]:
        """The file of each placement; where two are the same now, the earlier one."""
        found: dict[Placement, FileRow] = {}
        spare: list[FileRow] = []
        placed = (row for row in self.files if row.placement is not None)
        for row in sorted(placed, key=lambda row: (not row.ours, row.named_at, row.path)):
            assert row.placement is not None
            wish = self.shared.canonical(row.placement)
            if wish in found or not self.shared.serving.may_serve(row.audio, TrackId(wish.track)):
                spare.append(row)
            else:
                found[wish] = row
        return found, spare

    # -- which ones are wanted -------------------------------------------------------------------

    def _wanted(self) -> Iterator[tuple[Placement, str]]:
        """Every placement that should exist, with its playlist's name, in order."""
        listed: set[TrackId] = set()
        for group in self.shared.groups:
            for track in self.shared.tracks_of[group.lead]:
                if self.by_playlist or track not in listed:
                    lead = group.lead if self.by_playlist else UNASSIGNED
                    yield Placement(self.target, lead, Ref(track)), group.name
                listed.add(track)
        for tracks in self.shared.tracks_of.values():
            # One that is only on excluded playlists is not wanted, unless it was asked for.
            listed.update(track for track in tracks if track not in self.shared.asked)
        # Rows that were loaded have another order than rows that were folded: who is first must not
        # hang on it.
        for row in sorted(self.state.library.tracks, key=lambda row: row.ref):
            track = self.state.identity.track(row.ref)
            if track not in listed:
                listed.add(track)
                yield Placement(self.target, UNASSIGNED, Ref(track)), UNASSIGNED_FOLDER

    def layout(self) -> Layout:
        """Names for all, the holders of names first."""
        wanted = {
            wish: playlist
            for wish, playlist in self._wanted()
            if self.shared.pin(wish) is not False
        }
        missing = {
            self.shared.canonical(Placement(row.target, row.playlist, row.track)): row
            for row in sorted(self.state.files.missing, key=lambda row: row.position)
            if row.target == self.target
        }
        wishes: dict[Placement, Wish] = {}
        waiting: list[Waiting] = []
        self._reserve(wanted)
        held = [
            (row.named_at, wish.track, wish) for wish, row in self.has.items() if wish in wanted
        ]
        for _, _, wish in sorted(held, key=lambda entry: entry[:2]):
            wishes[wish] = self._keep(wish, wanted[wish], self.has[wish])
        for wish, lost in missing.items():
            if wish in wanted and wish not in wishes and self._is_asked(lost):
                wishes[wish] = Wish(
                    wish, wanted[wish], lost.path, lost.name, lost.folder, None, None, lost
                )
                self.taken.setdefault(collision_key(lost.path), wish)
        for wish, playlist in wanted.items():
            if wish in wishes:
                continue
            spare = wish.playlist == UNASSIGNED and self.by_playlist
            if spare and self.origins.lies_here(TrackId(wish.track)):
                continue  # on no playlist, and a person has it in this root already
            origin, why = self.origins.find(wish)
            if origin is not None:
                wishes[wish] = self._new(wish, playlist, origin, missing.get(wish))
            elif not spare or wish.track in self.shared.asked:
                waiting.append(Waiting(TrackId(wish.track), playlist, why))
        surplus = [row for wish, row in self.has.items() if wish not in wanted] + self.spare
        return Layout(
            self.target,
            self.root,
            {wish: wishes[wish] for wish in wanted if wish in wishes},
            tuple(sorted(surplus, key=lambda row: row.path)),
            tuple(self.shared.groups),
            self.folders,
            tuple(waiting),
            tuple(self.origins.conversions.values()),
        )

    def _is_asked(self, lost: MissingRow) -> bool:
        """Whether a person is asked what shall become of a placement whose file they took away."""
        return not lost.released and self.on_edit != "restore"

    # -- names -----------------------------------------------------------------------------------

    def _folders(self) -> dict[PlaylistRef, str]:
        """A folder for every playlist: the one it has, unless it was given another name since."""
        last: dict[PlaylistRef, tuple[int, str]] = {}
        for wish, row in self.has.items():
            if row.folder:
                newest = last.get(wish.playlist, (0, ""))
                last[wish.playlist] = max(newest, (row.named_at, row.folder))
        folders: dict[PlaylistRef, str] = {UNASSIGNED: UNASSIGNED_FOLDER}
        keys = {collision_key(UNASSIGNED_FOLDER)}
        fresh = []
        for group in self.shared.groups:
            named_at, folder = last.get(group.lead, (0, ""))
            if folder and (group.named_at <= named_at or _same_name(folder, group)):
                folders[group.lead] = folder
                keys.add(collision_key(folder))
            else:
                fresh.append(group)
        for group in fresh:
            folder = part(group.name)
            if collision_key(folder) in keys:
                folder = part(group.name, 240) + f" [{suffix(group.lead)}]"
            folders[group.lead] = folder
            keys.add(collision_key(folder))
        return folders

    def _reserve(self, wanted: dict[Placement, str]) -> None:
        """Paths that are taken: by what is not ours, and by placements that keep their name."""
        for row in self.files:
            if not row.ours:
                self.taken[collision_key(row.path)] = None
        for wish, row in self.has.items():
            if wish in wanted and not row.ours:
                self.taken[collision_key(row.path)] = wish

    def _keep(self, wish: Placement, playlist: str, row: FileRow) -> Wish:
        if not row.ours:
            return Wish(wish, playlist, row.path, row.name, row.folder, row, None)
        fresh = self.template_at > row.named_at or not row.name
        sticky = self._fresh_name(wish) if fresh else row.name
        # As it is spelt: a file that was adopted may be an `.MP3`, and keeps its name.
        ending = row.path.rpartition(".")[2]
        return self._settle(wish, playlist, sticky, ending, row, None)

    def _new(
        self,
        wish: Placement,
        playlist: str,
        origin: FileRow | TrashRow,
        lost: MissingRow | None,
    ) -> Wish:
        sticky = ""
        if lost is not None and lost.named_at >= self.template_at:
            sticky = lost.name
        elif isinstance(origin, TrashRow) and origin.file.named_at >= self.template_at:
            sticky = origin.file.name
        sticky = sticky or self._fresh_name(wish)
        path = origin.file.path if isinstance(origin, TrashRow) else origin.path
        return self._settle(wish, playlist, sticky, extension(path), None, origin)

    def _settle(
        self,
        wish: Placement,
        playlist: str,
        sticky: str,
        ending: str,
        has: FileRow | None,
        origin: FileRow | TrashRow | None,
    ) -> Wish:
        """A path that nobody else has."""
        folder = self.folders[wish.playlist]
        path = place(sticky, folder, ending)
        attempt = 0
        while self.taken.get(collision_key(path), wish) != wish:
            attempt += 1
            tail = suffix(wish.track) if attempt == 1 else f"{suffix(wish.track)}-{attempt}"
            sticky = name(
                self.template, fields(self.state, TrackId(wish.track)), tail, force_suffix=True
            )
            path = place(sticky, folder, ending)
        self.taken[collision_key(path)] = wish
        if has is not None and has.path == path:
            path = has.path  # nearly always: a large library has no room for it twice
        return Wish(wish, playlist, path, sticky, folder, has, origin)

    def _fresh_name(self, wish: Placement) -> str:
        return name(self.template, fields(self.state, TrackId(wish.track)), suffix(wish.track))


def _same_name(folder: str, group: Group) -> bool:
    """Whether a folder already says what the playlist is called, with or without a suffix."""
    plain = part(group.name)
    return folder in (plain, part(group.name, 240) + f" [{suffix(group.lead)}]")
