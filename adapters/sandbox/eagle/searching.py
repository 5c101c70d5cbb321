"""Which items a question means: filters, and words with AND, OR, -not, "phrases" and brackets."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from adapters.sandbox.eagle.library import Item, Library
from adapters.sandbox.eagle.problems import Problem

Test = Callable[[Item], bool]

SHAPES: dict[str, Callable[[float], bool]] = {
    "square": lambda ratio: ratio == 1,
    "portrait": lambda ratio: 0.5 < ratio < 1,
    "panoramic-portrait": lambda ratio: 0 < ratio <= 0.5,
    "landscape": lambda ratio: 1 < ratio < 2,
    "panoramic-landscape": lambda ratio: ratio >= 2,
}
TOKEN = re.compile(r'\(|\)|-?"[^"]*"|\|\||[^\s()"]+')


def found(library: Library, told: dict[str, Any], trash: bool) -> list[Item]:
    """Items that pass all filters, the newest first; by id also those in the trash.

    How lists are meant is documented only for smart folders. Here all tags and keywords are wanted
    and one of the folders, and texts are looked for anywhere, `url` too.

    Args:
        trash: whether lists show what is in the trash.
    """
    ids = [told["id"]] if told.get("id") else told.get("ids")
    if ids is not None:
        there = [library.items[id] for id in dict.fromkeys(ids) if id in library.items]
    else:
        there = library.listed()
        if trash:
            there += [item for item in library.items.values() if item.deleted]
    for test in _tests(told):
        there = [item for item in there if test(item)]
    return there


def _tests(told: dict[str, Any]) -> list[Test]:
    tests: list[Test] = []
    if told.get("isSelected"):
        tests.append(lambda item: False)
    if told.get("isUntagged"):
        tests.append(lambda item: not item.tags)
    if told.get("isUnfiled"):
        tests.append(lambda item: not item.folders)
    if words := told.get("keywords"):
        tests.append(lambda item: all(_within(word, item.name, *item.tags) for word in words))
    if tags := told.get("tags"):
        tests.append(lambda item: set(tags) <= set(item.tags))
    if folders := told.get("folders"):
        tests.append(lambda item: not set(folders).isdisjoint(item.folders))
    if ext := told.get("ext"):
        tests.append(lambda item: item.ext == str(ext).lower())
    if text := told.get("annotation"):
        tests.append(lambda item: _within(str(text), item.annotation))
    if address := told.get("url"):
        tests.append(lambda item: _within(str(address), item.url))
    if "rating" in told:
        tests.append(lambda item: item.star == told["rating"])
    if shape := told.get("shape"):
        if shape not in SHAPES:
            raise Problem(f"Invalid shape: {shape}")
        fits = SHAPES[str(shape)]
        tests.append(lambda item: item.side > 0 and fits(1.0))
    return tests


def _within(word: str, *texts: str) -> bool:
    return any(word.lower() in text.lower() for text in texts)


def query(library: Library, text: str) -> list[Item]:
    """Items with these words in name, tags, annotation, url or the names of their folders.

    Raises:
        Problem: brackets do not match.
    """
    tokens = TOKEN.findall(text)
    test, rest = _either(library, tokens)
    if rest:
        raise Problem("Invalid query")
    return [item for item in library.listed() if test(item)]


def _either(library: Library, tokens: Sequence[str]) -> tuple[Test, Sequence[str]]:
    first, tokens = _all(library, tokens)
    while tokens and tokens[0] in ("OR", "||"):
        second, tokens = _all(library, tokens[1:])
        first = _or(first, second)
    return first, tokens


def _all(library: Library, tokens: Sequence[str]) -> tuple[Test, Sequence[str]]:
    tests: list[Test] = []
    while tokens and tokens[0] not in ("OR", "||", ")"):
        word, tokens = tokens[0], tokens[1:]
        if word == "AND":
            continue
        if word == "(":
            inner, tokens = _either(library, tokens)
            if not tokens:
                raise Problem("Invalid query")
            tokens = tokens[1:]
            tests.append(inner)
        else:
            tests.append(_word(library, word))
    return (lambda item: all(test(item) for test in tests)), tokens


def _or(first: Test, second: Test) -> Test:
    return lambda item: first(item) or second(item)


def _word(library: Library, word: str) -> Test:
    wanted = not (word.startswith("-") and len(word) > 1)
    text = word.removeprefix("" if wanted else "-").strip('"')

    def test(item: Item) -> bool:
        folders = [library.folders[id].name for id in item.folders if id in library.folders]
        texts = (item.name, *item.tags, item.annotation, item.url, *folders)
        return _within(text, *texts) == wanted

    return test
