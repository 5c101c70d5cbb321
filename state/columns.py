"""Structs as tables: what the rows of a projection look like in `state.db`."""

from __future__ import annotations

import types
import typing
from collections.abc import Callable
from typing import Any, Protocol

import msgspec
from sqlalchemy import Column, Float, Integer, LargeBinary, MetaData, Table, Text

from state.codec import canonical


class RowSet(Protocol):
    """The rows of one table, as `projections.contract.Rows` keeps them."""

    name: str
    row: type[Any]
    key: tuple[str, ...]
    changed: set[Any]

    def get(self, key: Any) -> Any: ...
    def fill(self, rows: list[Any]) -> None: ...
    def __iter__(self) -> typing.Iterator[Any]: ...


class RowTable:
    """A struct as a table: plain fields are columns, everything else is JSON text."""

    def __init__(self, rows: RowSet, metadata: MetaData) -> None:
        hints = typing.get_type_hints(rows.row)
        fields = [field.name for field in msgspec.structs.fields(rows.row)]
        columns = [_column(hints[name]) for name in fields]
        self.table = Table(
            rows.name,
            metadata,
            *(
                Column(name, kind, primary_key=name in rows.key)
                for name, (kind, _) in zip(fields, columns, strict=True)
            ),
            sqlite_with_rowid=False,
        )
        names = ", ".join(f'"{name}"' for name in fields)
        marks = ", ".join("?" * len(fields))
        where = " AND ".join(f'"{name}" = ?' for name in rows.key)
        self.select = f'SELECT {names} FROM "{rows.name}"'
        self.insert = f'INSERT OR REPLACE INTO "{rows.name}" ({names}) VALUES ({marks})'
        self.delete = f'DELETE FROM "{rows.name}" WHERE {where}'
        self._row = rows.row
        self._fields = fields
        self._complex: list[tuple[int, Callable[[Any], Any]]] = [
            (number, lift) for number, (_, lift) in enumerate(columns) if lift is not None
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

    def build(self, values: tuple[Any, ...]) -> Any:
        """The row of these columns.

        Raises:
            msgspec.MsgspecError: one of them holds no JSON of its field.
        """
        if not self._complex:
            return self._row(*values)
        out = list(values)
        for number, lift in self._complex:
            if out[number] is not None:
                out[number] = lift(out[number])
        return self._row(*out)


def _column(hint: Any) -> tuple[Any, Callable[[Any], Any] | None]:
    """The column type of a field, and what lifts a stored value to the field's."""
    plain = hint
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        members = [part for part in typing.get_args(hint) if part is not types.NoneType]
        plain = members[0] if len(members) == 1 else hint
    while hasattr(plain, "__supertype__"):
        plain = plain.__supertype__
    if plain is bool:
        return Integer, bool
    if typing.get_origin(plain) is typing.Literal:
        plain = type(typing.get_args(plain)[0])
    simple: dict[Any, Any] = {str: Text, int: Integer, float: Float, bytes: LargeBinary}
    if plain in simple:
        return simple[plain], None
    return Text, msgspec.json.Decoder(hint).decode
