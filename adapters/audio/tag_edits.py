"""What a person changed in tags after us. Pure.

A field of ours may stand in a file under several names; a person who changes one of them has
changed the field.
"""

from __future__ import annotations

from collections.abc import Collection

from adapters.audio.tagset import Kind, Texts, fields
from state.values import Written


def edited(base: Written, now: Written) -> frozenset[str]:
    """The fields that do not say any more what we last left in them, by their names in `TagSet`.

    Args:
        base: what the tags said when we had written them.
    """
    before, after = _by_field(base), _by_field(now)
    changed = {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
    if base.kind != now.kind:
        changed.discard("date")  # another version of the format keeps it in another form
    return frozenset(changed)


def without(changes: Texts, kind: Kind, theirs: Collection[str]) -> Texts:
    """Changes to write, but for those of some fields."""
    known = fields(kind)
    return {name: values for name, values in changes.items() if known[name] not in theirs}


def _by_field(written: Written) -> dict[str, set[tuple[str, tuple[str, ...]]]]:
    known = fields(written.kind)
    found: dict[str, set[tuple[str, tuple[str, ...]]]] = {}
    for name, values in written.texts.items():
        if name in known:
            found.setdefault(known[name], set()).add((name, values))
    return found
