"""Values as properties: what is written is what is read."""

from __future__ import annotations

from typing import Any

import pytest

from adapters.notion.values import PART, Value, normal, read, shown, written


def echoed(kind: str, value: Value) -> Value:
    """What Notion tells of a value that was written."""
    told: Any = written(kind, value)[kind]
    if kind in ("title", "rich_text"):
        told = [{"plain_text": part["text"]["content"]} for part in told]
    return read({"type": kind, kind: told})


@pytest.mark.parametrize(
    ("kind", "value", "kept"),
    [
        ("title", "Opus", "Opus"),
        ("title", "", ""),
        ("rich_text", "🎛️" * 4000, "🎛️" * 4000),
        ("rich_text", ("a", "b"), "a, b"),
        ("rich_text", 128.0, "128"),
        ("number", 128.0, 128),
        ("number", "7.5", 7.5),
        ("number", "fast", None),
        ("select", "drum, bass", "drum; bass"),
        ("select", "", None),
        ("multi_select", ("House, deep", "Acid", "acid", ""), ("Acid", "House; deep")),
        ("multi_select", "Techno", ("Techno",)),
        ("url", " https://a.example ", "https://a.example"),
        ("url", "x" * 3000, None),
        ("checkbox", None, False),
        ("date", "1998", "1998-01-01"),
        ("date", "1998-07", "1998-07-01"),
        ("date", "2020-05-01T10:00:00Z", "2020-05-01"),
        ("date", "soon", None),
        ("date", "0000", None),
        ("date", "2023-02-30", None),
        ("relation", ("b", "a", "b"), ("a", "b")),
    ],
)
def test_what_is_written_is_what_is_read(kind: str, value: Value, kept: Value) -> None:
    assert normal(kind, value) == kept
    assert echoed(kind, kept) == kept
    assert shown(echoed(kind, kept)) == shown(kept)


def test_a_long_text_is_cut_into_parts_that_notion_takes() -> None:
    parts = written("rich_text", "🎵" * 5000)["rich_text"]
    lengths = [len(part["text"]["content"].encode("utf-16-le")) // 2 for part in parts]
    assert max(lengths) <= 2000 and len(parts) == 5000 // PART
    assert len(normal("rich_text", "x" * 300_000) or "") == 100 * PART  # type: ignore[arg-type]


def test_nothing_is_an_empty_text_and_long_texts_are_digests() -> None:
    assert {shown(value) for value in (None, "", (), False)} == {""}
    assert shown("x" * 500).startswith("sha256:") and shown("x" * 500) != shown("x" * 501)
    assert shown(("a", "b")) == "a,b"


def test_what_cannot_be_written_is_refused() -> None:
    with pytest.raises(ValueError, match="formula"):
        normal("formula", "x")
