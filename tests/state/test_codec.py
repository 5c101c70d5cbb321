"""Events become bytes and come back, today and for ever."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scripts import golden
from state import codec
from state.codec import BadPayload, UnknownEvent, canonical, decode, encode
from state.events import EVENTS, Event, PolicySet, TrackSeen, TracksMerged
from state.values import Ref, Value
from tests.strategies import struct

SAMPLES = sorted(golden.FOLDER.glob("*.json"))


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_every_sample_decodes_for_ever(path: Path) -> None:
    sample = golden.read(path)
    event = decode(sample.kind, sample.schema, bytes(sample.payload))
    assert event.kind == sample.kind == path.name.partition(".")[0]
    if sample.schema == event.schema:
        assert encode(event).encode() == bytes(sample.payload)


def test_every_alternative_of_every_event_has_a_sample() -> None:
    lacking = [path.name for path, _ in golden.missing(golden.FOLDER)]
    assert lacking == [], "make golden"
    assert {path.name.partition(".")[0] for path in SAMPLES} == {event.kind for event in EVENTS}


def test_samples_that_are_there_are_never_written_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["golden.py", str(tmp_path)])
    golden.main()
    first = tmp_path / "TracksMerged.1.json"
    first.write_bytes(b'{"kind":"TracksMerged","schema":1,"payload":{"one":"a","other":"b"}}')
    golden.main()
    assert bytes(golden.read(first).payload) == b'{"one":"a","other":"b"}'
    assert capsys.readouterr().out.splitlines()[-1] == "added TracksMerged.2.json"
    assert list(golden.missing(tmp_path)) == []


def test_the_list_of_events_is_complete_and_every_kind_is_its_class_name() -> None:
    assert set(EVENTS) == set(Event.__subclasses__())
    assert len(EVENTS) == len({event.kind for event in EVENTS})
    assert [event.kind for event in EVENTS] == [event.__name__ for event in EVENTS]


@pytest.mark.parametrize("kind", EVENTS, ids=lambda kind: kind.kind)
@settings(max_examples=20)
@given(data=st.data())
def test_any_event_comes_back_equal(kind: type[Event], data: st.DataObject) -> None:
    event = data.draw(struct(kind))
    payload = encode(event)
    back = decode(kind.kind, kind.schema, payload)
    assert back == event and type(back) is kind
    assert encode(back) == payload


def test_yes_and_one_are_different_settings() -> None:
    values = [decode("PolicySet", 1, encode(PolicySet("x", value))) for value in (True, 1)]
    assert [type(event.value) for event in values if isinstance(event, PolicySet)] == [bool, int]


def test_canonical_bytes_do_not_depend_on_the_order_of_a_dict() -> None:
    assert canonical({"b": 1, "a": 2}) == canonical({"a": 2, "b": 1}) == b'{"a":2,"b":1}'


# ---- what cannot be read -----------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "schema"), [("TrackSung", 1), ("TrackSeen", 2)])
def test_what_a_newer_version_wrote_is_said_to_be_that(kind: str, schema: int) -> None:
    with pytest.raises(UnknownEvent, match=f"'{kind}' \\(schema {schema}\\).*update cratelog"):
        decode(kind, schema, "{}")


@pytest.mark.parametrize(
    "payload",
    ["", "{", "[]", "{}", '{"one":1,"other":"b"}', '{"one":"a","other":"b","more":1}', b"\xff"],
)
def test_a_damaged_payload_is_said_to_be_that(payload: str | bytes) -> None:
    with pytest.raises(BadPayload, match="TracksMerged"):
        decode("TracksMerged", 1, payload)


@pytest.mark.parametrize("schema", [0, -3])
def test_a_schema_that_never_was_is_damage(schema: int) -> None:
    with pytest.raises(BadPayload, match="TracksMerged"):
        decode("TracksMerged", schema, '{"one":"a","other":"b"}')


# ---- old shapes --------------------------------------------------------------------------------


@pytest.fixture
def third_schema(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if `TracksMerged` had said `a` and `b`, then `first` and `other`, before today's names."""

    def second(body: dict[str, Any]) -> dict[str, Any]:
        return {"first": body["a"], "other": body["b"]}

    def third(body: dict[str, Any]) -> dict[str, Any]:
        return {"one": body["first"], "other": body["other"]}

    upcasters = {("TracksMerged", 1): second, ("TracksMerged", 2): third}
    monkeypatch.setattr(TracksMerged, "schema", 3)
    monkeypatch.setattr(codec, "UPCASTERS", upcasters)


@pytest.mark.usefixtures("third_schema")
@pytest.mark.parametrize(
    ("schema", "payload"),
    [
        (1, '{"a":"x","b":"y"}'),
        (2, '{"first":"x","other":"y"}'),
        (3, '{"one":"x","other":"y"}'),
    ],
)
def test_old_payloads_are_lifted_one_schema_at_a_time(schema: int, payload: str) -> None:
    assert decode("TracksMerged", schema, payload) == TracksMerged(Ref("x"), Ref("y"))


@pytest.mark.usefixtures("third_schema")
@pytest.mark.parametrize("payload", ['{"b":"y"}', "[]", '{"a":1,"b":2}'])
def test_a_damaged_old_payload_is_said_to_be_that(payload: str) -> None:
    with pytest.raises(BadPayload, match="TracksMerged"):
        decode("TracksMerged", 1, payload)


@pytest.mark.usefixtures("third_schema")
def test_a_schema_later_than_today_s_is_still_unknown() -> None:
    with pytest.raises(UnknownEvent):
        decode("TracksMerged", 4, "{}")


def test_payloads_say_nothing_about_defaults() -> None:
    assert encode(TrackSeen(Ref("a"), "csv", "t")) == '{"ref":"a","source":"csv","title":"t"}'
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"ref": "a"}, TrackSeen)


def test_no_value_has_a_float_for_a_default() -> None:
    """Of two zeros only the one that is the default is left out: a value that was read again
    would differ, byte for byte, from the one that was recorded."""
    for value in Value.__subclasses__():
        defaults = [field.default for field in msgspec.structs.fields(value)]
        assert not any(isinstance(default, float) for default in defaults), value
