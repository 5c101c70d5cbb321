"""A disk that is a dict: carries out plans as effects would, and notices every broken promise.

Names are compared as the strictest file systems do (case and Unicode form do not count), so that
a plan that holds here holds everywhere.
"""

from __future__ import annotations

from collections.abc import Sequence

from engine.places import TRASH
from engine.planner import Plan, plan
from projections.layout import Layouter, target_root
from projections.naming import collision_key
from projections.registry import State
from state.actions import Action
from state.events import (
    Event,
    FileSeen,
    FileTrashed,
    FileVanished,
    FileWritten,
    PolicySet,
    RootCameOnline,
)
from state.log import Recorded
from state.values import RootId, Tags

MUSIC, ROOT = RootId("files/music"), target_root("playlists")
TEMPLATE = "{playlist}/{artist} - {title}"


class Pretend:
    """A library without a log, and a disk without files."""

    def __init__(self, template: str = TEMPLATE, *, lists: bool = False) -> None:
        self.state = State()
        self.files: dict[tuple[RootId, str], tuple[str, str]] = {}
        """Root and collision key → path as it is spelt, and audio (or digest of a text)."""
        self.tell(
            PolicySet("targets.playlists.path", template),
            RootCameOnline(MUSIC, "/music", 1),
            RootCameOnline(ROOT, "/playlists", 1, "id"),
        )
        if lists:
            self.tell(PolicySet("targets.m3u8.path", "{playlist}"))

    def tell(self, *events: Event) -> None:
        """Make events known."""
        for event in events:
            self.state.fold([Recorded(self.state.position + 1, 0, None, event)])

    # -- people ----------------------------------------------------------------------------------

    def put(self, root: RootId, path: str, audio: str, codec: str = "mp3") -> None:
        """Somebody puts a file there, and it is seen."""
        self._add(root, path, audio)
        self.tell(FileSeen(root, path, 5, audio, 200_000, codec, Tags()))

    def remove(self, root: RootId, path: str) -> str:
        """Somebody takes a file away, and that is seen; its audio."""
        audio = self._take(root, path)
        self.tell(FileVanished(root, path))
        return audio

    # -- plans -----------------------------------------------------------------------------------

    def plan(self) -> Plan:
        """What would be done now."""
        return plan(self.state, Layouter(self.state))

    def settle(self, passes: int = 4) -> list[Action]:
        """Plan and carry out until nothing is left to do; all that was done."""
        done: list[Action] = []
        for _ in range(passes):
            actions = self.plan().actions
            if not actions:
                return done
            self.carry_out(actions)
            done += actions
        raise AssertionError(f"never in step; still to do: {self.plan().actions}")

    def carry_out(self, actions: Sequence[Action]) -> None:
        """Do what a plan says, in its order."""
        for action in actions:
            assert action.because, action
            self.tell(self._do(action))

    def _do(self, action: Action) -> Event:
        source_root, source = action.source_root or action.root, action.source
        if action.kind == "trash":
            content = self._take(action.root, action.path)
            assert content == (action.audio or action.text), action
            trash = f"{TRASH}/{self.state.position + 1}/{action.path.rpartition('/')[2]}"
            self._add(action.root, trash, content)
            return FileTrashed(
                action.root, action.path, trash, action.because, action.audio, action.placement
            )
        if action.kind == "write":
            if action.old_text:
                assert self._take(action.root, action.path) == action.old_text, action
            self._add(action.root, action.path, action.text)
        elif action.kind == "place":
            _, content = self.files[source_root, collision_key(source)]
            assert content == action.audio, action
            self._add(action.root, action.path, content)
        else:
            content = self._take(source_root, source)
            assert content == (action.audio or action.text), action
            self._add(action.root, action.path, content)
        how = {"place": "copied", "move": "moved", "restore": "restored", "write": "written"}
        return FileWritten(
            action.root,
            action.path,
            how[action.kind],  # type: ignore[arg-type]
            action.because,
            5,
            audio=action.audio,
            text=action.text,
            source_root=action.source_root,
            source=action.source,
            placement=action.placement,
            playlist=action.playlist if action.text else action.playlist.__class__(""),
            name=action.name,
            folder=action.folder,
        )

    def _add(self, root: RootId, path: str, content: str) -> None:
        key = (root, collision_key(path))
        assert key not in self.files, f"{path} would overwrite {self.files.get(key)}"
        self.files[key] = (path, content)

    def _take(self, root: RootId, path: str) -> str:
        spelt, content = self.files.pop((root, collision_key(path)))
        assert spelt == path
        return content

    # -- looking ---------------------------------------------------------------------------------

    def tree(self, root: RootId = ROOT) -> dict[str, str]:
        """Path → audio of the files that a person sees there."""
        found = (entry for (where, _), entry in self.files.items() if where == root)
        return {path: audio for path, audio in sorted(found) if not path.startswith(".cratelog")}
