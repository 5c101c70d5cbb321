"""Structs as tables: what the rows of a projection look like in `state.db`."""

from __future__ import annotations

import types
import typing
from collections.abc import Callable
from typing import Any, Protocol

import msgspec

from state.codec import canonical
from state.values import Value


class RowSet(Protocol):
    """The rows of one table, as `projections.contract.Rows` keeps them."""

    name: str
    row: type[Any]
    """With `own`, the names of fields that hardly two rows have alike."""
    key: tuple[str, ...]
    changed: set[Any]

    def get(self, key: Any) -> Any: ...
    def fill(self, rows: list[Any]) -> None: ...
    def __iter__(self) -> typing.Iterator[Any]: ...


class Once:
    """Equal texts and values as one object.

    Rows say the same things over and over (which track, which playlist, whose tags): as the
    database gives them, each time in memory of its own, they would take twice as much of it.
    """

    def __init__(self) -> None:
        self.texts: dict[str | None, str | None] = {}
        self._values: dict[Any, Any] = {}

    def value(self, value: Any) -> Any:
        """The first value that was equal to this one."""
        if type(value) is str:
            return self.texts.setdefault(value, value)
        if not value or not isinstance(value, tuple | Value):
            return value
        try:
            found = self._values.get(value)
        except TypeError:  # it holds a dict somewhere
            return value
        if found is None:
            found = self.parts(value)
            self._values[found] = found
        return found

    def parts(self, value: Any) -> Any:
        """The value, with the first of each that was equal to its parts."""
        if isinstance(value, Value):
            return type(value)(*map(self.value, msgspec.structs.astuple(value)))
        return tuple(map(self.value, value)) if isinstance(value, tuple) else value


class RowTable:
    """A struct as a table: plain fields are columns, everything else is JSON text."""

    def __init__(self, name: str, row: type[Any], key: tuple[str, ...]) -> None:
        hints = typing.get_type_hints(row)
        fields = [field.name for field in msgspec.structs.fields(row)]
        columns = [_column(hints[field]) for field in fields]
        kinds = ", ".join(
            f'"{field}" {kind}' for field, (kind, _) in zip(fields, columns, strict=True)
        )
        names = ", ".join(f'"{field}"' for field in fields)
        keys = ", ".join(f'"{field}"' for field in key)
        marks = ", ".join("?" * len(fields))
        where = " AND ".join(f'"{field}" = ?' for field in key)
        self.create = (
            f'CREATE TABLE IF NOT EXISTS "{name}" ({kinds}, PRIMARY KEY ({keys})) WITHOUT ROWID'
        )
        self.drop = f'DROP TABLE IF EXISTS "{name}"'
        self.select = f'SELECT {names} FROM "{name}"'
        self.insert = f'INSERT OR REPLACE INTO "{name}" ({names}) VALUES ({marks})'
        self.delete = f'DELETE FROM "{name}" WHERE {where}'
        self._row = row
        self._fields = fields
        self._complex: list[tuple[int, Callable[[Any], Any]]] = [
            (number, lift) for number, (_, lift) in enumerate(columns) if lift is not None
        ]
        own = [number for number, name in enumerate(fields) if name in row.own]
        self._own = frozenset(own)
        self._texts = [
            number
            for number, (kind, lift) in enumerate(columns)
            if kind == "TEXT" and lift is None and number not in own
        ]

    def values(self, row: Any) -> tuple[Any, ...]:
        """The columns of a row."""
        values = msgspec.structs.astuple(row)
        if not self._complex:
            return values
        out = list(values)
        for number, lift in self._complex:
            if lift is not bool and out[number] is not None:
                out[number] = canonical(out[number]).decode()
        return tuple(out)

    def build(self, values: tuple[Any, ...], once: Once) -> Any:
        """The row of these columns.

        Raises:
            msgspec.MsgspecError: one of them holds no JSON of its field.
        """
        out = list(values)
        same = once.texts.setdefault
        for number in self._texts:
            out[number] = same(out[number], out[number])
        for number, lift in self._complex:
            if out[number] is not None:
                found = lift(out[number])
                out[number] = once.parts(found) if number in self._own else once.value(found)
        return self._row(*out)


_TABLES: dict[tuple[str, type[Any], tuple[str, ...]], RowTable] = {}


def row_table(rows: RowSet) -> RowTable:
    """The table of such rows, made once in a process."""
    shape = (rows.name, rows.row, rows.key)
    if shape not in _TABLES:
        _TABLES[shape] = RowTable(*shape)
    return _TABLES[shape]


def _column(hint: Any) -> tuple[str, Callable[[Any], Any] | None]:
    """The column type of a field, and what lifts a stored value to the field's."""
    plain = hint
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        members = [part for part in typing.get_args(hint) if part is not types.NoneType]
        plain = members[0] if len(members) == 1 else hint
    while hasattr(plain, "__supertype__"):
        plain = plain.__supertype__
    if plain is bool:
        return "INTEGER", bool
    if typing.get_origin(plain) is typing.Literal:
        plain = type(typing.get_args(plain)[0])
    simple = {str: "TEXT", int: "INTEGER", float: "FLOAT", bytes: "BLOB"}
    if plain in simple:
        return simple[plain], None
    return "TEXT", msgspec.json.Decoder(hint).decode
