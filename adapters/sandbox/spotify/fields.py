"""The `fields` filter: `items(added_at,added_by.id,track(name,album(!images))),next,total`.

Commas part fields, dots go into objects, parentheses go into objects or lists of them. A group that
begins with `!` names what is left out instead.
"""

from __future__ import annotations

import re
from typing import Any

TOKEN = re.compile(r"[^(),!\s]+|[(),!]")


class BadFields(ValueError):
    """The filter cannot be read."""


class Group:
    """Names with what is wanted of each (None: all of it), or names that are not wanted."""

    def __init__(self) -> None:
        self.leaves_out = False
        self.names: dict[str, Group | None] = {}

    def add(self, path: list[str], inner: Group | None) -> None:
        name, *rest = path
        if rest:
            below = self.names.get(name)
            if name in self.names and below is None:
                return
            below = below or Group()
            below.add(rest, inner)
            self.names[name] = below
        elif isinstance(known := self.names.get(name), Group) and inner is not None:
            known.names.update(inner.names)
        else:
            self.names[name] = inner


def parse(text: str) -> Group:
    """Raises BadFields."""
    tokens = TOKEN.findall(text)
    group, at = _group(tokens, 0)
    if at != len(tokens):
        raise BadFields(text)
    return _spread(group)


def _spread(group: Group) -> Group:
    """What lies in a group that leaves things out is left out too, and no more than that."""
    for inner in group.names.values():
        if inner is not None:
            inner.leaves_out = inner.leaves_out or group.leaves_out
            _spread(inner)
    return group


def _group(tokens: list[str], at: int) -> tuple[Group, int]:
    group = Group()
    while at < len(tokens) and tokens[at] != ")":
        if tokens[at] == "!":
            group.leaves_out, at = True, at + 1
        path = tokens[at].split(".") if at < len(tokens) else [""]
        if "" in path or path[0] in ("(", ")", ",", "!"):
            raise BadFields(path)
        inner, at = None, at + 1
        if at < len(tokens) and tokens[at] == "(":
            inner, at = _group(tokens, at + 1)
            if at >= len(tokens):
                raise BadFields("( without )")
            at += 1
        group.add(path, inner)
        if at < len(tokens) and tokens[at] == ",":
            at += 1
        elif at < len(tokens) and tokens[at] != ")":
            raise BadFields(tokens[at])
    return group, at


def select(told: Any, group: Group | None) -> Any:
    """What is left of an answer. A field that is not there is not there afterwards either."""
    if group is None or told is None:
        return told
    if isinstance(told, list):
        return [select(one, group) for one in told]
    if not isinstance(told, dict):
        return told
    if group.leaves_out:
        return {
            key: select(value, group.names.get(key))
            for key, value in told.items()
            if key not in group.names or group.names[key] is not None
        }
    return {key: select(told[key], inner) for key, inner in group.names.items() if key in told}
