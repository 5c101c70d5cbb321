"""Bugs put in on purpose are found, each within its number of seeds."""

from __future__ import annotations

import pytest

from tests.simulator.bugs import BUGS
from tests.simulator.history import draw
from tests.simulator.run import Found, simulate


@pytest.mark.parametrize("name", BUGS)
def test_a_bug_put_in_on_purpose_is_found(name: str) -> None:
    bug = BUGS[name]
    for seed in range(bug.seeds):
        try:
            simulate(draw(seed), bug.build)
        except Found as found:
            assert "Violation" in str(found), f"the patch itself failed: {found}"
            print(f"{name}: seed {seed}: {found}")
            return
    pytest.fail(f"{name}: not found within {bug.seeds} seeds")
