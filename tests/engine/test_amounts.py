"""Numbers as people are told them."""

from __future__ import annotations

import pytest

from engine.amounts import many, size


@pytest.mark.parametrize(("number", "text"), [(0, "0 files"), (1, "1 file"), (2, "2 files")])
def test_things(number: int, text: str) -> None:
    assert many(number, "file") == text


@pytest.mark.parametrize(
    ("number", "text"), [(0, "0 B"), (999, "999 B"), (1500, "1.5 kB"), (2.5e9, "2.5 GB")]
)
def test_sizes(number: float, text: str) -> None:
    assert size(number) == text
