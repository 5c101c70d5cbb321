from __future__ import annotations

import pytest

from adapters.contract import Blocked
from adapters.media.window import Window
from adapters.sandbox.clock import Clock


def test_a_window_lets_so_many_through_and_then_says_when() -> None:
    clock = Clock()
    window = Window(2, 60, clock)
    window.take()
    clock.advance(10)
    window.take()
    with pytest.raises(Blocked) as error:
        window.take()
    assert (error.value.retry_after, error.value.until) == (50, clock() + 50)
    clock.advance(50)
    window.take()
    assert window.left == 0


def test_what_the_service_says_outranks_the_count() -> None:
    clock = Clock()
    window = Window(9, 60, clock)
    window.close(clock() + 300)
    with pytest.raises(Blocked) as error:
        window.take()
    assert error.value.retry_after == 300 and window.left == 0
    clock.advance(300)
    assert window.left == 9
