"""Add the golden samples of events that have none yet; never touch one that is there.

    python scripts/golden.py [FOLDER]

A sample is what a log holds of one event: `{"kind": …, "schema": …, "payload": {…}}`, the payload
byte for byte as stored. For every event there is one that says as little as it may, and so many
that say everything that each alternative of each field (a `Literal`, a union) has its turn.
"""

from __future__ import annotations

import sys
import types
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, Union

import msgspec

from state.codec import canonical, encode
from state.events import EVENTS, Event

FOLDER = Path(__file__).parent.parent / "tests" / "golden" / "events"


class Sample(msgspec.Struct, frozen=True):
    """One file under `tests/golden/events`."""

    kind: str
    schema: int
    payload: msgspec.Raw
    """As stored, byte for byte."""


def samples(event: type[Event]) -> list[Event]:
    """Examples of an event: the shortest, then every alternative of every field."""
    fields = _fields(event)
    made = [_made(event, fields, _required(event), 0)]
    every = [field.name for field in msgspec.structs.fields(event)]
    for turn in range(max(map(len, fields.values()), default=1)):
        made.append(_made(event, fields, every, turn))
    return list({encode(one): one for one in made}.values())


def _made(kind: type[Any], fields: dict[str, list[Any]], names: list[str], turn: int) -> Any:
    return kind(**{name: fields[name][turn % len(fields[name])] for name in names})


def _required(kind: type[Any]) -> list[str]:
    return [field.name for field in msgspec.structs.fields(kind) if field.required]


def _fields(kind: type[Any]) -> dict[str, list[Any]]:
    hints = typing.get_type_hints(kind)
    names = [field.name for field in msgspec.structs.fields(kind)]
    return {name: list(_values(hints[name], name)) for name in names}


def _values(hint: Any, name: str) -> Iterator[Any]:
    """One value for each alternative of a type."""
    while hasattr(hint, "__supertype__"):
        hint = hint.__supertype__
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is Literal:
        yield from arguments
    elif origin in (Union, types.UnionType):
        for argument in arguments:
            yield from _values(argument, name)
    elif origin is tuple:
        yield tuple(_values(arguments[0], name))
    elif origin is dict:
        yield dict.fromkeys((f"{name} 1", f"{name} 2"), next(_values(arguments[1], name)))
    elif isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        every = [field.name for field in msgspec.structs.fields(hint)]
        fields = _fields(hint)
        for turn in range(max(map(len, fields.values()))):
            yield _made(hint, fields, every, turn)
    else:
        yield from _plain(hint, name)


def _plain(hint: Any, name: str) -> list[Any]:
    plain: dict[Any, list[Any]] = {
        str: [f'{name} é 音 "\\'],
        int: [len(name) * 1_000_003],
        float: [len(name) + 0.25],
        bool: [True, False],
        types.NoneType: [None],
    }
    return plain[hint]


def read(path: Path) -> Sample:
    """A sample that was written."""
    return msgspec.json.decode(path.read_bytes(), type=Sample)


def missing(folder: Path) -> Iterator[tuple[Path, bytes]]:
    """Samples that the folder lacks: where each should be, and its content."""
    for event in EVENTS:
        there = [read(path) for path in folder.glob(f"{event.kind}.*.json")]
        known = {(sample.schema, bytes(sample.payload)) for sample in there}
        number = len(there)
        for one in samples(event):
            payload = encode(one).encode()
            if (event.schema, payload) not in known:
                number += 1
                sample = Sample(event.kind, event.schema, msgspec.Raw(payload))
                yield folder / f"{event.kind}.{number}.json", canonical(sample) + b"\n"


def main() -> None:
    """Write what is missing."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    for path, content in list(missing(folder)):
        with path.open("xb") as file:
            file.write(content)
        print(f"added {path.name}")


if __name__ == "__main__":
    main()
