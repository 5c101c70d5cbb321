"""The settings that shape what is desired, as the log holds them."""

from __future__ import annotations

from typing import Any

from projections.contract import At, Fold, Row, Rows
from state.events import Event, PolicySet

Setting = str | int | bool | tuple[str, ...]

LISTS = "m3u8"
"""The target that holds one playlist file for each playlist."""


class PolicyRow(Row, frozen=True):
    """One setting and the event that set it."""

    name: str
    value: Setting
    position: int


class Policy:
    """PolicySet → setting by name."""

    name = "policy"
    version = 1

    def __init__(self) -> None:
        self.settings: Rows[PolicyRow] = Rows("policy", PolicyRow, ("name",))
        self.tables: tuple[Rows[Any], ...] = (self.settings,)
        self.folds: dict[type[Event], Fold] = {PolicySet: self._set}

    def _set(self, event: PolicySet, at: At) -> None:
        if event.value is None:
            self.settings.drop(event.name)
        else:
            self.settings.put(PolicyRow(event.name, event.value, at.position))

    def loaded(self) -> None:
        """Nothing is derived."""

    def text(self, name: str, default: str = "") -> str:
        """A setting that is text."""
        row = self.settings.get(name)
        return row.value if row is not None and isinstance(row.value, str) else default

    def texts(self, name: str, default: tuple[str, ...] = ()) -> tuple[str, ...]:
        """A setting that is a list of texts."""
        row = self.settings.get(name)
        return row.value if row is not None and isinstance(row.value, tuple) else default

    def set_at(self, name: str) -> int:
        """The position at which a setting got its value; 0 if it has none."""
        row = self.settings.get(name)
        return row.position if row is not None else 0

    def targets(self) -> tuple[str, ...]:
        """Names of the targets that are in force, in order."""
        names = {row.name.split(".")[1] for row in self.settings if row.name.startswith("targets.")}
        return tuple(sorted(names))

    def audio_targets(self) -> tuple[str, ...]:
        """Those of them that hold audio."""
        return tuple(target for target in self.targets() if target != LISTS)
