"""The queue of requests: a day's budget, a window, and what is remembered of them."""

from __future__ import annotations

import pytest

from adapters.sandbox.clock import Clock
from adapters.spotify.quota import BURST, DAY, PER_WINDOW, WINDOW, Quota, Spent


def quota(clock: Clock, budget: int = 500, history: str | None = "[]") -> Quota:
    return Quota(budget, clock=clock, sleep=clock.advance, history=history)


def test_a_short_poll_does_not_wait() -> None:
    clock = Clock()
    queue, begun = quota(clock), clock()
    for _ in range(BURST):
        queue.take()
    assert clock() == begun


def test_no_window_of_half_a_minute_holds_more_than_it_may() -> None:
    clock = Clock()
    queue, made = quota(clock), []
    for _ in range(200):
        queue.take()
        made.append(clock())
    assert all(made[n + PER_WINDOW] - made[n] > WINDOW - 0.01 for n in range(200 - PER_WINDOW))


def test_a_day_s_budget_ends_and_comes_back_as_requests_grow_old() -> None:
    clock = Clock()
    queue = quota(clock, budget=3)
    for _ in range(3):
        queue.take()
        clock.advance(60)
    with pytest.raises(Spent) as stopped:
        queue.take()
    assert stopped.value.retry_after == DAY - 180
    clock.advance(stopped.value.retry_after)
    queue.take()
    assert queue.left == 0


def test_what_was_made_is_remembered_by_the_next_run() -> None:
    clock = Clock()
    queue = quota(clock, budget=10)
    for _ in range(4):
        queue.take()
    clock.advance(3600)
    assert quota(clock, 10, queue.saved()).used == 4
    clock.advance(DAY)
    assert quota(clock, 10, queue.saved()).used == 0


@pytest.mark.parametrize(("history", "used"), [(None, 250), ("[]", 0), ("{", 0), ('["x"]', 0)])
def test_an_unknown_past_counts_as_half_a_budget(history: str | None, used: int) -> None:
    assert quota(Clock(), 500, history).used == used


def test_times_to_come_are_of_a_wrong_clock_and_end_like_others() -> None:
    clock = Clock()
    queue = quota(clock, 10, f"[{int(clock()) + 10 * DAY}]")
    clock.advance(DAY)
    assert queue.used == 0


def test_what_is_begun_can_be_afforded_unless_it_is_more_than_a_day_s() -> None:
    clock = Clock()
    queue = quota(clock, budget=10)
    for _ in range(6):
        queue.take()
    queue.afford(4)
    queue.afford(11)
    with pytest.raises(Spent):
        queue.afford(5)
