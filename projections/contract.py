"""What a projection is: a deterministic fold of the log into rows.

A projection keeps all it knows in `Rows`: frozen structs under a key. They are its memory while a
process runs and its tables in `state.db` between two; nothing else survives, so a state loaded
from the tables and folded on is the same as one folded from the first event.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from operator import attrgetter
from typing import Any, Generic, Protocol, TypeVar

import msgspec

from state.events import Event

R = TypeVar("R", bound=msgspec.Struct)


class Row(msgspec.Struct, frozen=True):
    """Base of all rows: columns of plain values, or of anything msgspec can write as JSON."""


class Rows(Generic[R]):
    """Rows under their key, which remember what changed since they were last saved.

    Args:
        name: of the table in `state.db`.
        row: the struct.
        key: the fields that name a row; one field: its value is the key, more: a tuple.
        index: a field to look rows up by.
    """

    __slots__ = (
        "_groups",
        "_index_of",
        "_key_of",
        "_rows",
        "changed",
        "index",
        "key",
        "name",
        "row",
    )

    def __init__(self, name: str, row: type[R], key: tuple[str, ...], index: str = "") -> None:
        self.name, self.row, self.key, self.index = name, row, key, index
        self._key_of: Callable[[R], Any] = attrgetter(*key)
        self._index_of: Callable[[R], Any] | None = attrgetter(index) if index else None
        self._rows: dict[Any, R] = {}
        self._groups: dict[Any, dict[Any, R]] = {}
        self.changed: set[Any] = set()

    def put(self, row: R) -> None:
        """Add the row, or replace the one with its key."""
        key = self._key_of(row)
        old = self._rows.get(key)
        if old == row:
            return
        self._rows[key] = row
        self.changed.add(key)
        if self._index_of is not None:
            group = self._index_of(row)
            if old is not None and self._index_of(old) != group:
                self._leave(old, key)
            self._groups.setdefault(group, {})[key] = row

    def drop(self, key: Any) -> None:
        """Remove the row, if there is one."""
        old = self._rows.pop(key, None)
        if old is None:
            return
        self.changed.add(key)
        if self._index_of is not None:
            self._leave(old, key)

    def _leave(self, old: R, key: Any) -> None:
        assert self._index_of is not None
        group = self._index_of(old)
        members = self._groups[group]
        del members[key]
        if not members:
            del self._groups[group]

    def get(self, key: Any) -> R | None:
        """The row under a key."""
        return self._rows.get(key)

    def of(self, value: Any) -> Mapping[Any, R]:
        """The rows whose index field has this value, by key."""
        return self._groups.get(value, {})

    def groups(self) -> Mapping[Any, Mapping[Any, R]]:
        """All rows by the value of the index field."""
        return self._groups

    def fill(self, rows: list[R]) -> None:
        """Take over rows that were saved; nothing counts as changed."""
        key_of, index_of = self._key_of, self._index_of
        self._rows = {key_of(row): row for row in rows}
        self._groups = {}
        if index_of is not None:
            for key, row in self._rows.items():
                self._groups.setdefault(index_of(row), {})[key] = row
        self.changed = set()

    def clear(self) -> None:
        """Forget everything."""
        self.fill([])

    def __iter__(self) -> Iterator[R]:
        return iter(self._rows.values())

    def __len__(self) -> int:
        return len(self._rows)

    def __contains__(self, key: object) -> bool:
        return key in self._rows


class At(msgspec.Struct, frozen=True):
    """Where in the log an event stands."""

    position: int
    at: int
    """Milliseconds since 1970."""
    cause: int | None = None


Fold = Callable[[Any, At], None]


class Projection(Protocol):
    """A fold. It sees nothing but events: no clock, no disk, no network, no chance."""

    name: str
    version: int
    """Raised whenever the same events would give other rows: the tables are then rebuilt."""

    @property
    def tables(self) -> tuple[Rows[Any], ...]:
        """All that it knows."""

    @property
    def folds(self) -> dict[type[Event], Fold]:
        """What to do for each event that it cares about."""

    def loaded(self) -> None:
        """Rows were filled from outside: derive again what is not kept in rows."""
