"""The whole engine through histories of everything that may happen to it.

More of them: `make machine EXAMPLES=5000`.
"""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.machine.machine import Kept
from tests.machine.meddled import Meddled

EXAMPLES, STEPS = 12, 20


def profile(examples: int, steps: int, *, fixed: bool, shrink: bool = True) -> settings:
    """How histories are drawn; `fixed`: the same ones each time."""
    return settings(
        max_examples=examples,
        stateful_step_count=steps,
        derandomize=fixed,
        database=None,
        deadline=None,
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.generate, Phase.shrink) if shrink else (Phase.generate,),
    )


@pytest.mark.parametrize("world", [Kept, Meddled])
def test_whatever_happens_it_ends_in_step_and_nothing_is_lost(world: type[Kept]) -> None:
    run_state_machine_as_test(world, settings=profile(EXAMPLES, STEPS, fixed=True))
