"""The formulas that Notion evaluates: properties, arithmetic, comparison and common functions.

One that asks for more has no value.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from adapters.sandbox.notion import times
from adapters.sandbox.notion.functions import NoValue, applied, called, plain, text
from adapters.sandbox.notion.model import Json

Named = Callable[[str], tuple[str, Any]]
"""A property by its name: its type, and its value as a page shows it."""
TOKEN = re.compile(
    r"""\s*(?:(\{\{[^}]*\}\})|(\d+(?:\.\d+)?)|("(?:[^"\\]|\\.)*")|(\w+)|(==|!=|>=|<=|&&|\|\||[-+*/%^<>?:(),.!]))"""
)
BINARY = (("or", "||"), ("and", "&&"), ("==", "!="), (">", ">=", "<", "<="), ("+", "-"),
          ("*", "/", "%"), ("^",))  # fmt: skip
"""Operators, those that bind least first."""


class Formula:
    """One expression. It is read anew for every row: they are few, and short."""

    def __init__(self, expression: str) -> None:
        self._tokens = [found.group().strip() for found in TOKEN.finditer(expression)]
        self._at = 0
        self._named: Named = lambda name: ("", None)
        self._now = 0.0
        self._empty = "string"

    def shape(self, named: Named, now: float) -> Json:
        """`{"type", TYPE: value}`: string, number, boolean or date.

        What has no value because a number or a date is empty is a number or a date without one.
        """
        self._named, self._now, self._at, self._empty = named, now, 0, "string"
        try:
            value = self._level(0)
            if self._at < len(self._tokens):
                raise NoValue
        except (NoValue, TypeError, ValueError, ArithmeticError, LookupError):
            return {"type": "string", "string": None}
        if isinstance(value, bool):
            return {"type": "boolean", "boolean": value}
        if isinstance(value, int | float):
            return {"type": "number", "number": value}
        if isinstance(value, dict):
            return {"type": "date", "date": value}
        if value is None:
            return {"type": self._empty, self._empty: None}
        return {"type": "string", "string": text(value)}

    def _peek(self) -> str:
        return self._tokens[self._at] if self._at < len(self._tokens) else ""

    def _take(self, *wanted: str) -> str:
        """The next token, if it is one of these; "" if not."""
        if self._peek() not in wanted:
            return ""
        self._at += 1
        return self._tokens[self._at - 1]

    def _need(self, token: str) -> None:
        if not self._take(token):
            raise NoValue

    def _level(self, level: int) -> Any:
        if level == len(BINARY):
            return self._unary()
        value = self._level(level + 1)
        while operator := self._take(*BINARY[level]):
            value = applied(operator, value, self._level(level + 1))
        if level == 0 and self._take("?"):
            then = self._level(0)
            self._need(":")
            other = self._level(0)
            return then if value else other
        return value

    def _unary(self) -> Any:
        if self._take("-"):
            return -self._unary()
        if self._take("not", "!"):
            return not self._unary()
        value = self._atom()
        while self._take("."):
            name = self._peek()
            self._at += 1
            value = self._called(name, [value, *self._arguments()])
        return value

    def _atom(self) -> Any:
        token = self._peek()
        self._at += 1
        if token == "(":
            value = self._level(0)
            self._need(")")
            return value
        if token.startswith("{{"):
            return self._property(token.split(":")[2])
        if token.startswith('"'):
            return re.sub(r"\\(.)", r"\1", token[1:-1])
        if token[:1].isdigit():
            return float(token) if "." in token else int(token)
        if token in ("true", "false"):
            return token == "true"
        return self._called(token, self._arguments())

    def _property(self, name: str) -> Any:
        kind, told = self._named(name)
        value = plain(kind, told)
        if value is None:
            shown = told["type"] if kind in ("formula", "rollup") else kind
            self._empty = shown if shown in ("number", "date") else self._empty
        return value

    def _arguments(self) -> list[Any]:
        self._need("(")
        told: list[Any] = []
        while not self._take(")"):
            told.append(self._level(0))
            if not self._take(",") and self._peek() != ")":
                raise NoValue
        return told

    def _called(self, name: str, told: list[Any]) -> Any:
        if name == "prop":
            return self._property(told[0])
        if name == "now":
            text = times.exact(self._now // 60 * 60)
            return {"start": text, "end": None, "time_zone": None}
        if name in ("if", "ifs"):
            for place in range(0, len(told) - 1, 2):
                if told[place]:
                    return told[place + 1]
            return told[-1] if len(told) % 2 else None
        return called(name, told)
