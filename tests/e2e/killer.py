"""Ends a process, or makes one call fail, at a chosen place where a run changes the disk.

A run is a child made by `os.fork`, so nothing is imported again. In the child every call that
changes a file or a database passes a *gate*; the gates are numbered in the order in which the run
comes to them. A first run only counts; then there is one run for each gate, on a copy of the same
library. Nothing may have a database open when a child is made.
"""

from __future__ import annotations

import builtins
import fcntl
import gc
import io
import os
import pickle
import signal
import sys
import threading
import traceback
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Any, Literal, NamedTuple

import sqlalchemy

from adapters import disk
from tests.crate import Crate, Said, run

Gate = tuple[str, str]
"""What passes, and its path as far as the call names one."""

When = Literal["before", "after"]

PLAIN = (
    "write",
    "pwrite",
    "sendfile",
    "copy_file_range",
    "rename",
    "replace",
    "link",
    "unlink",
    "mkdir",
    "rmdir",
    "fsync",
    "truncate",
    "ftruncate",
    "utime",
    "chmod",
    "setxattr",
)
"""Functions of `os` that change the disk, or make a change durable."""


class Point(NamedTuple):
    """A gate of a run, by its number, and the side of it on which something happens."""

    number: int
    when: When
    gate: Gate

    def __str__(self) -> str:
        return f"{self.when} gate {self.number}: {' '.join(self.gate)}"


# ---- gates -------------------------------------------------------------------------------------


class Gates:
    """Numbers the gates of the process that it is put up in; `put_up` cannot be undone.

    Args:
        before, after: called with the number of each gate on its two sides; may kill or raise.
    """

    def __init__(
        self,
        before: Callable[[int, Gate], None] = lambda number, gate: None,
        after: Callable[[int, Gate], None] = lambda number, gate: None,
    ) -> None:
        self.passed: list[Gate] = []
        self._before, self._after = before, after
        self._thread = threading.get_ident()

    def put_up(self) -> None:
        """From now on every change that this process makes passes a gate."""
        for name in filter(partial(hasattr, os), PLAIN):
            setattr(os, name, self._through(name, getattr(os, name)))
        os.open = self._if(_creates, "create", os.open)
        fcntl.ioctl = self._if(_clones, "clone", fcntl.ioctl)
        disk.rename_exclusively = self._through("rename", disk.rename_exclusively)
        connection: Any = sqlalchemy.Connection
        connection.exec_driver_sql = self._if(_commits, "commit", connection.exec_driver_sql)
        builtins.open = io.open = self._opening(io.open)

    def _through(self, what: str, call: Callable[..., Any], path: str = "") -> Callable[..., Any]:
        return self._if(lambda *args, **named: True, what, call, path)

    def _if(
        self, counts: Callable[..., bool], what: str, call: Callable[..., Any], path: str = ""
    ) -> Callable[..., Any]:
        def gate(*args: Any, **named: Any) -> Any:
            if threading.get_ident() != self._thread or not counts(*args, **named):
                return call(*args, **named)
            passing = (what, path or _path(what, args))
            number = len(self.passed)
            self.passed.append(passing)
            self._before(number, passing)
            try:
                return call(*args, **named)
            finally:
                self._after(number, passing)

        return gate

    def _opening(self, call: Callable[..., Any]) -> Callable[..., Any]:
        """`open`: a file opened for writing writes through to the system call by call."""
        create = self._through("create", call)

        def opened(file: Any, mode: str = "r", *rest: Any, **named: Any) -> Any:
            if not set("wax+") & set(mode) or isinstance(file, int):
                return call(file, mode, *rest, **named)
            made = create(file, mode, *rest, **named)
            return _Written(made, self._through("write", made.write, os.fspath(file)))

        return opened


class _Written:
    """A file open for writing; `write` is a gate, and nothing stays behind in a buffer."""

    def __init__(self, file: Any, write: Callable[..., Any]) -> None:
        self._file, self._write = file, write

    def write(self, content: Any) -> Any:
        written = self._write(content)
        self._file.flush()
        return written

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)

    def __enter__(self) -> _Written:
        return self

    def __exit__(self, *error: object) -> None:
        self._file.close()


def _creates(path: Any, flags: int, *rest: Any, **named: Any) -> bool:
    return bool(flags & os.O_CREAT)


def _clones(fd: Any, request: int, *rest: Any) -> bool:
    return request == disk.FICLONE


def _commits(connection: Any, sql: str, *rest: Any) -> bool:
    return sql == "COMMIT"


def _path(what: str, args: Sequence[Any]) -> str:
    if what == "commit":
        database = args[0].connection.driver_connection
        return str(database.execute("PRAGMA database_list").fetchone()[2])
    named = [os.fspath(arg) for arg in args[:2] if isinstance(arg, str | os.PathLike)]
    if named:
        return " → ".join(str(name) for name in named)
    if args and isinstance(args[0], int):
        try:
            return os.readlink(f"/proc/self/fd/{args[0]}")
        except OSError:
            return ""
    return ""


# ---- children ----------------------------------------------------------------------------------


EVERY = int(os.environ.get("KILL_EVERY", "2"))
"""Of gates that are neither a commit nor an effect on names, and of the far sides of commits, each
so many-th is tried; `make kills` tries all."""
ALWAYS = ("commit", "rename", "replace", "link", "unlink")


def points(gates: Sequence[Gate], *, locks: bool = False) -> list[Point]:
    """Where something is to happen: before a gate, and after each commit and the last gate.

    The far side of any other gate is the near side of the next: nothing changes in between. (A
    database may tidy up after a commit.)

    Args:
        locks: also at the gates of lock files, some four to each commit.
    """
    return [
        Point(number, when, gate)
        for number, gate in enumerate(gates)
        if locks or not gate[1].endswith(".lock")
        if gate[0] in ALWAYS or number % EVERY == 0 or number == len(gates) - 1
        for when in ("before", "after")
        if when == "before"
        or (gate[0] == "commit" and number % EVERY == 0)
        or number == len(gates) - 1
    ]


def child(work: Callable[[], Any]) -> tuple[int, Any]:
    """Run `work` in a child: its wait status, and what it returned (None if it was killed)."""
    reading, writing = os.pipe()
    pid = _fork()
    if pid == 0:
        os.close(reading)
        _finish(work, writing)
    os.close(writing)
    with os.fdopen(reading, "rb") as answer:
        told = answer.read()
    _, status = os.waitpid(pid, 0)
    if not told:
        return status, None
    kind, value = pickle.loads(told)
    if kind == "raised":
        raise AssertionError(f"in the child:\n{value}")
    return status, value


def _fork() -> int:
    with warnings.catch_warnings():
        # Threads of the test runner do not live on in the child, and nothing there needs them.
        warnings.simplefilter("ignore", DeprecationWarning)
        return os.fork()


def _finish(work: Callable[[], Any], writing: int) -> None:
    """The whole life of a child; never returns."""
    write, leave = os.write, os._exit  # the plain ones: no gates
    sys.settrace(None)  # nobody will collect what coverage sees here
    try:
        told = pickle.dumps(("said", work()))
    except BaseException:
        told = pickle.dumps(("raised", traceback.format_exc()[-8000:]))
    while told:
        told = told[write(writing, told) :]
    leave(0)


def sync(crate: Crate, words: Sequence[str]) -> Said:
    """The command line on that library, in this process."""
    os.environ["CRATELOG_HOME"] = str(crate.home)
    return run(words)


def count(crate: Crate, words: Sequence[str]) -> tuple[list[Gate], Said]:
    """The gates that a run passes, and what it said."""

    def work() -> tuple[list[Gate], Said]:
        gates = Gates()
        gates.put_up()
        said = sync(crate, words)
        return gates.passed, said

    status, (passed, said) = child(work)
    assert status == 0
    return [(what, path.replace(str(crate.base), "")) for what, path in passed], said


def kill(crate: Crate, words: Sequence[str], point: Point) -> None:
    """Run it until it is killed at a point; AssertionError if it is not."""

    def end(number: int, gate: Gate) -> None:
        if number == point.number:
            os.kill(os.getpid(), signal.SIGKILL)

    def work() -> Said:
        gates = Gates(**{point.when: end})
        gates.put_up()
        return sync(crate, words)

    status, said = child(work)
    assert os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL, (
        f"was not killed {point}: it ended with status {status} and said {said}"
    )


def fail(
    crate: Crate, words: Sequence[str], point: Point, error: Callable[[Gate], Exception]
) -> Said:
    """Run it with an error raised at a point instead of the call; AssertionError if none was."""
    raised = False

    def refuse(number: int, gate: Gate) -> None:
        nonlocal raised
        if number == point.number:
            raised = True
            raise error(gate)

    def work() -> tuple[bool, Said]:
        gates = Gates(before=refuse)
        gates.put_up()
        said = sync(crate, words)
        return raised, said

    status, (happened, said) = child(work)
    assert isinstance(said, Said)
    assert status == 0 and happened, f"no error was raised {point}"
    return said


def each(
    points: Iterable[Point], look: Callable[[Point], None], *, at_once: int = 2
) -> dict[Point, str]:
    """Look at every point in a child of its own; the points that failed, with the reason."""
    told = answers(points, look, at_once=at_once)
    return {point: str(value) for point, worked, value in told if not worked}


def answers(
    points: Iterable[Point], look: Callable[[Point], Any], *, at_once: int = 2
) -> Iterator[tuple[Point, bool, Any]]:
    """Look at every point in a child of its own: whether that worked, and what it returned or why
    it failed."""
    waiting = list(points)[::-1]
    gc.collect()
    gc.freeze()  # or each child's collector would copy all the memory that it shares with us
    running: dict[int, tuple[Point, int]] = {}
    while waiting or running:
        while waiting and len(running) < at_once:
            point = waiting.pop()
            reading, writing = os.pipe()
            pid = _fork()
            if pid == 0:
                os.close(reading)
                _finish(partial(look, point), writing)
            os.close(writing)
            running[pid] = point, reading
        pid = next(iter(running))
        os.waitpid(pid, 0)
        point, reading = running.pop(pid)
        with os.fdopen(reading, "rb") as answer:
            told = answer.read()
        kind, value = pickle.loads(told) if told else ("raised", "it was killed itself")
        yield point, kind != "raised", value


def told(failed: dict[Point, str], total: int) -> str:
    """For an assertion's message: how many points failed, and the first of them in full."""
    if not failed:
        return ""
    first = next(iter(failed))
    names = "\n".join(str(point) for point in failed)
    return f"{len(failed)} of {total} points failed:\n{names}\n\n{first}\n{failed[first]}"
