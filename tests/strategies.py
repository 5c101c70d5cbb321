"""Hypothesis strategies made of types: any event, with anything in its fields that may be there."""

from __future__ import annotations

import types
import typing
from functools import cache
from typing import Any, Literal, Union

import msgspec
from hypothesis import strategies as st

TEXT = st.text(st.characters(codec="utf-8"), max_size=12)
"""Lone surrogates cannot be written as UTF-8; adapters let none in."""
WHOLE = st.integers(-(2**63), 2**63 - 1)


def any_of(hint: Any) -> st.SearchStrategy[Any]:
    """Values of a type."""
    while hasattr(hint, "__supertype__"):
        hint = hint.__supertype__
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is Literal:
        return st.sampled_from(arguments)
    if origin in (Union, types.UnionType):
        return st.one_of([any_of(argument) for argument in arguments])
    if origin is tuple:
        return st.lists(any_of(arguments[0]), max_size=3).map(tuple)
    if origin is dict:
        return st.dictionaries(any_of(arguments[0]), any_of(arguments[1]), max_size=3)
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        return struct(hint)
    plain: dict[Any, st.SearchStrategy[Any]] = {
        str: TEXT,
        int: WHOLE,
        # SQLite keeps no negative zero.
        float: st.floats(allow_nan=False, allow_infinity=False).map(lambda number: number + 0.0),
        bool: st.booleans(),
        bytes: st.binary(max_size=12),
        types.NoneType: st.none(),
    }
    return plain[hint]


@cache
def struct(kind: Any) -> st.SearchStrategy[Any]:
    """Instances of a struct; optional fields are given or left out."""
    hints = typing.get_type_hints(kind)
    fields = msgspec.structs.fields(kind)
    required = {field.name: any_of(hints[field.name]) for field in fields if field.required}
    optional = {field.name: any_of(hints[field.name]) for field in fields if not field.required}
    given = st.fixed_dictionaries(required, optional=optional)
    return given.map(lambda values: kind(**values))
