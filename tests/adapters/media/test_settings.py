from __future__ import annotations

import pytest
from pydantic import ValidationError

from adapters.media.settings import FetchSettings, SoundcloudSettings


def test_nothing_is_fetched_unless_somebody_says_from_where() -> None:
    assert FetchSettings().sources == ()


def test_a_user_is_a_name_or_its_address() -> None:
    told = SoundcloudSettings(users=("Rhea-Lund", "https://soundcloud.com/rhea-lund/"))
    assert told.users == ("rhea-lund", "rhea-lund")


@pytest.mark.parametrize(
    "wrong",
    [
        {"users": ["rhea lund"]},
        {"likes": ["https://soundcloud.com/rhea-lund/likes"]},
        {"sets": ["https://soundcloud.com/rhea-lund"]},
        {"sets": ["https://www.youtube.com/playlist?list=PL1"]},
        {"sets": ["soundcloud.com/rhea-lund/harbour-lights"]},
        {"pages": []},
    ],
)
def test_what_cannot_be_looked_at_is_refused(wrong: dict[str, list[str]]) -> None:
    with pytest.raises(ValidationError):
        SoundcloudSettings.model_validate(wrong)
