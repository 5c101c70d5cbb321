from __future__ import annotations

import tracemalloc

from engine.watch.nudges import Nudges


def same(place: str) -> object:
    return 1


def test_a_place_is_given_once_after_it_was_quiet() -> None:
    nudges = Nudges[str](2)
    nudges.add("a", 0)
    assert nudges.take(0.5, same) == []
    assert nudges.take(1.0, same) == []
    nudges.add("a", 1.5)
    assert nudges.take(2.6, same) == [], "quiet since 1.5 only"
    assert nudges.take(3.5, same) == ["a"]
    assert nudges.take(9, same) == [] and nudges.pending == 0


def test_numbers_must_be_the_same_twice() -> None:
    sizes = {"a": 1}
    nudges = Nudges[str](2)
    nudges.add("a", 0)
    assert nudges.take(1, sizes.get) == []
    sizes["a"] = 2
    assert nudges.take(2, sizes.get) == [], "it grew without a notice"
    assert nudges.take(3.9, sizes.get) == []
    assert nudges.take(4, sizes.get) == ["a"]


def test_a_place_that_is_looked_at_late_is_still_looked_at_twice() -> None:
    nudges = Nudges[str](2)
    nudges.add("a", 0)
    assert nudges.take(60, same) == []
    assert nudges.take(60.1, same) == ["a"]


def test_too_many_places_are_one_wish_to_look_at_everything() -> None:
    nudges = Nudges[int](2, limit=100)
    for number in range(20_000):
        nudges.add(number, number / 10_000)
    assert nudges.pending == 1
    assert not nudges.take_all(3.9), "the last one was at 2.0"
    assert nudges.take(4, lambda place: 1) == []
    assert nudges.take_all(4)
    assert not nudges.take_all(9) and nudges.pending == 0


def test_everything_is_looked_at_in_time_also_where_there_is_no_end_of_changes() -> None:
    nudges = Nudges[int](2)
    nudges.add_all(0)
    for second in range(1, 60):
        nudges.add(second, second)
        assert not nudges.take_all(second)
    nudges.add(60, 60)
    assert nudges.take_all(60)
    nudges.add(61, 60)
    assert nudges.pending == 1 and not nudges.take_all(70)


def test_memory_is_flat_over_many_nudges() -> None:
    nudges = Nudges[tuple[str, str]](2)

    def burst(start: int) -> None:
        for number in range(start, start + 50_000):
            nudges.add(("files/music", f"{number}.mp3"), number / 1000)
            if number % 10_000 == 0:
                nudges.take(number / 1000, lambda place: 1)
                nudges.take_all(number / 1000)
        nudges.take(start + 1e6, lambda place: 1)
        nudges.take(start + 2e6, lambda place: 1)
        nudges.take_all(start + 2e6)

    tracemalloc.start()
    burst(0)
    before, _ = tracemalloc.get_traced_memory()
    burst(50_000)
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert nudges.pending == 0
    assert after - before < 10_000
