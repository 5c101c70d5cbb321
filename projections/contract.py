"""What a projection is: a deterministic fold of the log into rows.

A projection keeps all it knows in `Rows`: frozen structs under a key. They are its memory while a
process runs and its tables in `state.db` between two; nothing else survives, so a state loaded
from the tables and folded on is the same as one folded from the first event.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from operator import attrgetter
from typing import Any, ClassVar, Generic, Protocol, TypeVar

import msgspec

from state.events import Event

R = TypeVar("R", bound=msgspec.Struct)


class Row(msgspec.Struct, frozen=True, gc=False):
    """Base of all rows: columns of plain values, or of anything msgspec can write as JSON.

    No row leads back to itself, so the garbage collector need not look at them.
    """

    own: ClassVar[frozenset[str]] = frozenset()
    """Fields that hardly two rows have alike. Of all others, equal values are kept once."""


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
        self._groups: dict[Any, Any] | None = None
        """Value of the index field → its one row, or a dict of its rows by key."""
        self.changed: set[Any] = set()

    def put(self, row: R) -> None:
        """Add the row, or replace the one with its key."""
        key = self._key_of(row)
        old = self._rows.get(key)
        if old is not None and old == row:
            return
        self._rows[key] = row
        self.changed.add(key)
        if self._groups is not None:
            self._move(self._groups, old, key, row)

    def drop(self, key: Any) -> None:
        """Remove the row, if there is one."""
        old = self._rows.pop(key, None)
        if old is None:
            return
        self.changed.add(key)
        if self._groups is not None:
            self._leave(self._groups, old, key)

    # -- the index -------------------------------------------------------------------------------
    # Made when it is first asked for: a replay never asks. Nearly all groups of files, references
    # and matches are a single row, and a dict for each would be most of the memory.

    def _join(self, groups: dict[Any, Any], key: Any, row: R) -> None:
        assert self._index_of is not None
        group = self._index_of(row)
        there = groups.get(group)
        if there is None:
            groups[group] = row
        elif type(there) is dict:
            there[key] = row
        else:
            groups[group] = {self._key_of(there): there, key: row}

    def _move(self, groups: dict[Any, Any], old: R | None, key: Any, row: R) -> None:
        assert self._index_of is not None
        if old is not None and self._index_of(old) == self._index_of(row):
            group = self._index_of(row)
            there = groups[group]
            if type(there) is dict:
                there[key] = row
            else:
                groups[group] = row
            return
        if old is not None:
            self._leave(groups, old, key)
        self._join(groups, key, row)

    def _leave(self, groups: dict[Any, Any], old: R, key: Any) -> None:
        assert self._index_of is not None
        group = self._index_of(old)
        there = groups[group]
        if type(there) is dict and len(there) > 1:
            del there[key]
        else:
            del groups[group]

    def _indexed(self) -> dict[Any, Any]:
        if self._groups is None:
            self._groups = {}
            for key, row in self._rows.items():
                self._join(self._groups, key, row)
        return self._groups

    def of(self, value: Any) -> Collection[R]:
        """The rows whose index field has this value."""
        there = self._indexed().get(value)
        if type(there) is dict:
            return list(there.values())
        return () if there is None else (there,)

    def groups(self) -> Iterator[tuple[Any, Collection[R]]]:
        """All rows by the value of the index field."""
        for value, there in self._indexed().items():
            yield value, there.values() if type(there) is dict else (there,)

    def get(self, key: Any) -> R | None:
        """The row under a key."""
        return self._rows.get(key)

    def fill(self, rows: list[R]) -> None:
        """Take over rows that were saved; nothing counts as changed."""
        key_of = self._key_of
        self._rows = {key_of(row): row for row in rows}
        self._groups = None
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


class At(Protocol):
    """Where in the log an event stands."""

    @property
    def position(self) -> int: ...
    @property
    def at(self) -> int:
        """Milliseconds since 1970."""

    @property
    def cause(self) -> int | None: ...


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
