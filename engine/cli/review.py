"""`review`: what waits for a person, one matter after the other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from engine.cli.asking import terminal, usage
from engine.cli.people import NEXT, told
from engine.cli.runs import Json

if TYPE_CHECKING:
    from engine.answers import Choice
    from engine.library import Library
    from engine.render import Out
    from projections.matters import MatterRow


def register(app: typer.Typer) -> None:
    """Add the commands of this family."""
    app.command()(review)


def review(
    matter: Annotated[
        str, typer.Option(help="Answer this matter: its id, or the beginning of it.")
    ] = "",
    answer: Annotated[
        str, typer.Option(help="The answer: a candidate's number or reference, or a word.")
    ] = "",
    answers: Annotated[
        bool, typer.Option("--answers", help="Take the answers that lie in the outbox.")
    ] = False,
    json: Json = False,
) -> None:
    """Go through what waits for a person; without a terminal, list it."""
    from engine.cli import session
    from engine.render import Out

    out = Out(json)
    if bool(matter) != bool(answer):
        raise typer.BadParameter("--matter and --answer go together")
    if answers and matter:
        raise typer.BadParameter("--answers stands alone")
    if answers:
        _take(out)
    elif answer:
        _answer(out, matter, answer)
    elif json or not terminal():
        with session.library("review", read_only=True) as library:
            _list(out, library)
    else:
        session.recorded()
        with session.library("review") as library:
            try:
                _go_through(out, library)
            finally:
                library.save_if_free()


def _take(out: Out) -> None:
    from engine.cli import session
    from engine.handoff.turn import hear

    session.recorded()
    config = session.configuration()
    with session.library("review") as library:
        taken = hear(library, config)
        library.save_if_free()
    for line in taken.notes:
        out.emit("answered", text=line)
        out.print(line)
    for line in taken.refused:
        out.emit("refused", text=line)
        out.say(line)
    out.emit("summary", answered=len(taken.notes), refused=len(taken.refused))
    number = len(taken.notes)
    out.print(f"review: {number} answered" + (f"; {NEXT}" if number else ""), "bold")
    if taken.refused:
        raise typer.Exit(3)


def _list(out: Out, library: Library) -> None:
    from engine.answers import choices, playlists_of, waiting

    on = playlists_of(library.state)
    rows = waiting(library.state)
    for number, row in enumerate(rows, 1):
        _show(out, number, len(rows), row, choices(library.state, row, on))
    out.emit("summary", matters=len(rows))
    out.print(f"review: {len(rows)} open" if rows else "review: nothing waits for you", "bold")


def _show(out: Out, number: int, total: int, row: MatterRow, choices: list[Choice]) -> None:
    import msgspec

    from engine.answers import known, numbered, short
    from engine.handoff.words import KINDS, elsewhere
    from engine.people import clock
    from projections.tracks import named

    candidates = [msgspec.to_builtins(choice) for choice in choices]
    numbers = [str(number) for number in range(1, len(numbered(row)) + 1)]
    out.emit(
        "matter",
        number=number,
        id=short(row),
        matter=row.matter,
        topic=row.topic,
        text=row.text,
        root=row.root,
        path=row.path,
        question=KINDS[row.topic].question,
        answers=[*numbers, *known(row)],
        elsewhere=elsewhere(row.topic, row.matter),
        candidates=candidates,
    )
    out.print(f"{number}/{total}  {row.text}", "bold")
    out.print(f"      {short(row)}  {row.matter}")
    if there := elsewhere(row.topic, row.matter):
        out.print(f"      {there}")
    for choice in choices:
        what = named(choice.artists, choice.title)
        length = f" ({clock(choice.duration_ms)})" if choice.duration_ms else ""
        album = f", album {choice.album!r}" if choice.album else ""
        on = f", on {', '.join(choice.playlists)}" if choice.playlists else ""
        if not numbers:  # what it is about, and no answer
            ref = f"; {choice.track}" if what else ""
            out.print(f"      {what or choice.track}{length}{album}{on}: {choice.why}{ref}")
            continue
        out.print(f"   {choice.number}  {what or choice.track}{length}{album}{on}")
        out.print(f"      {choice.score:.2f}: {choice.why}; {choice.track}")


def _answer(out: Out, name: str, word: str) -> None:
    from engine.answers import answered, named
    from engine.cli import session

    session.recorded()
    with session.library("review") as library, usage(out):
        row = named(library.state, name)
        said = library.decide(lambda state: list(answered(state, row, word)))
        library.save_if_free()
        told(out, library.state, said, row.path or row.text)
    out.emit("summary", answered=1, events=len(said))


def _go_through(out: Out, library: Library) -> None:
    from engine.answers import choices, playlists_of, waiting

    rows = waiting(library.state)
    done = 0
    for number, row in enumerate(rows, 1):
        library.refresh()
        if row.matter not in library.state.matters.open:
            continue
        on = playlists_of(library.state)
        _show(out, number, len(rows), row, choices(library.state, row, on))
        word = _ask(out, library, row)
        if word == "q":
            break
        done += word != "s"
    left = len(library.state.matters.open)
    out.print(f"review: {done} answered, {left} open" + (f"; {NEXT}" if done else ""), "bold")


def _ask(out: Out, library: Library, row: MatterRow) -> str:
    """Ask until the answer can be understood; returns it."""
    from engine.answers import answered, known, numbered
    from engine.handoff.words import KINDS
    from engine.people import CannotTell

    words = [f"{word}: {meaning}" for word, meaning in known(row).items()]
    number = ["its number"] if numbered(row) else []
    address = ["an address"] if KINDS[row.topic].address else []
    question = "; ".join([*number, *address, *words, "s: skip", "q: quit"])
    while True:
        word = typer.prompt(question, err=True).strip()
        if word in ("s", "q", "skip", "quit"):
            return str(word[0])
        try:
            said = library.decide(lambda state: list(answered(state, row, word)))  # noqa: B023
        except CannotTell as error:
            out.say(str(error))
            if row.matter not in library.state.matters.open:
                return "s"
        else:
            told(out, library.state, said, row.path or row.text)
            return str(word)
