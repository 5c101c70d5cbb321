from state.intervals import doubled


def test_waits_double_up_to_the_longest() -> None:
    assert [doubled(times, 10, 75) for times in (1, 2, 3, 4, 5)] == [10, 20, 40, 75, 75]
    assert doubled(10_000, 10, 75) == 75
