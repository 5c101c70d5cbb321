"""Which track gets its audio next, and why another one does not."""

from __future__ import annotations

from engine.chain import (
    DAY,
    HOUR,
    LONGEST,
    Later,
    Search,
    Take,
    address,
    ordered,
    reason,
    step,
)
from projections.playlists import groups
from projections.registry import State
from state.events import (
    AudioFetched,
    CandidatesFound,
    Event,
    FetchFailed,
    OfferPinned,
    OfferRejected,
    PlaybackSeen,
    PlaylistMembershipFound,
    PlaylistSeen,
    TrackRequested,
    TrackSeen,
)
from state.log import Recorded
from state.values import Offer, PlaylistRef, Ref, RootId, TrackId

ONE, TWO, THREE = Ref("spotify:track:1"), Ref("spotify:track:2"), Ref("spotify:track:3")
GOOD = Offer("https://a.example/good", "One", score=0.95, verdict="take")
NEXT = Offer("https://a.example/next", "One", score=0.9, verdict="take")
DOUBTFUL = Offer("https://a.example/doubt", "One?", score=0.7, verdict="review")
POOR = Offer("https://a.example/poor", "Two", score=0.2)


def told(*events: Event, at: int = 0) -> State:
    state = State()
    state.fold(
        Recorded(number, at, None, event)
        for number, event in enumerate((TrackSeen(ONE, "csv", "One"), *events), 1)
    )
    return state


def now(state: State, at: int = 0) -> Take | Search | Later:
    return step(state, TrackId(ONE), at)


def test_what_nobody_looked_for_is_searched() -> None:
    assert now(told()) == Search()


def test_the_best_that_is_good_enough_is_taken() -> None:
    state = told(CandidatesFound(ONE, (GOOD, NEXT, DOUBTFUL)))
    assert now(state) == Take(GOOD.url, 0.95, "")


def test_what_failed_for_good_gives_way_to_the_next_one() -> None:
    gone = FetchFailed(ONE, GOOD.url, "gone", permanent=True)
    state = told(CandidatesFound(ONE, (GOOD, NEXT)), gone)
    assert now(state) == Take(NEXT.url, 0.9, "")


def test_what_failed_for_now_is_tried_again_after_twice_as_long_each_time() -> None:
    failed = FetchFailed(ONE, GOOD.url, "no answer")
    state = told(CandidatesFound(ONE, (GOOD,)), failed, failed)
    later = now(state)
    assert later == Later(f"{GOOD.url}: no answer", 2 * HOUR)
    assert now(state, 2 * HOUR - 1) == later
    assert now(state, 2 * HOUR) == Take(GOOD.url, 0.95, "")
    often = told(CandidatesFound(ONE, (GOOD,)), *[failed] * 30)
    assert now(often, LONGEST - 1) == Later(f"{GOOD.url}: no answer", LONGEST)


def test_what_is_doubtful_waits_for_a_person_and_for_nothing_else() -> None:
    state = told(CandidatesFound(ONE, (DOUBTFUL, POOR)))
    for at in (0, 1000 * DAY):
        assert now(state, at) == Later("waits for your choice: sync review", 0, (DOUBTFUL,))


def test_what_is_not_good_enough_is_looked_for_again_later() -> None:
    state = told(CandidatesFound(ONE, (POOR,)))
    assert now(state) == Later("nothing good enough was found", DAY)
    assert now(state, DAY) == Search()
    again = told(CandidatesFound(ONE, ()), CandidatesFound(ONE, ()))
    assert now(again, DAY) == Later("nothing good enough was found", 2 * DAY)


def test_where_all_that_was_good_is_gone_the_reason_is_told() -> None:
    gone = FetchFailed(ONE, GOOD.url, "gone", permanent=True)
    state = told(CandidatesFound(ONE, (GOOD,)), gone)
    assert now(state) == Later(f"{GOOD.url}: gone", DAY)
    assert now(state, DAY) == Search()


def test_a_pin_outranks_all_and_a_rejection_is_for_ever() -> None:
    pinned = told(CandidatesFound(ONE, (GOOD,)), OfferPinned(ONE, POOR.url))
    assert now(pinned) == Take(POOR.url, 1.0, "a person said so")
    rejected = told(OfferRejected(ONE, GOOD.url), CandidatesFound(ONE, (GOOD,)))
    assert now(rejected) == Later("nothing good enough was found", DAY)
    doubtful = told(OfferRejected(ONE, DOUBTFUL.url), CandidatesFound(ONE, (DOUBTFUL,)))
    assert isinstance(now(doubtful), Later) and not now(doubtful).review  # type: ignore[union-attr]


def test_a_pin_is_tried_although_it_failed_before() -> None:
    gone = FetchFailed(ONE, GOOD.url, "gone", permanent=True)
    state = told(CandidatesFound(ONE, (GOOD,)), gone, OfferPinned(ONE, GOOD.url))
    assert now(state) == Take(GOOD.url, 1.0, "a person said so")


def test_a_second_pin_takes_the_place_of_the_first() -> None:
    state = told(OfferPinned(ONE, GOOD.url), OfferPinned(ONE, NEXT.url))
    assert now(state) == Take(NEXT.url, 1.0, "a person said so")


def test_what_comes_from_a_site_is_fetched_from_there_without_a_search() -> None:
    for ref, url in (
        ("soundcloud:101", "https://api.soundcloud.com/tracks/101"),
        ("soundcloud:someone/song", "https://soundcloud.com/someone/song"),
        ("youtube:abcdefghijk", "https://www.youtube.com/watch?v=abcdefghijk"),
        ("url:https://a.example/x.mp3", "https://a.example/x.mp3"),
    ):
        assert address(Ref(ref)) == url
        state = told(TrackSeen(Ref(ref), "soundcloud", "Song"))
        assert step(state, TrackId(ref), 0) == Take(url, 1.0, "it is from there")


def test_one_that_was_fetched_has_no_failure_any_more() -> None:
    fetched = AudioFetched(
        ONE, GOOD.url, Ref("url:x"), RootId("target/fetched"), "x.m4a", 1, "aa", 1000, "aac"
    )
    state = told(FetchFailed(ONE, GOOD.url, "no answer"), fetched)
    assert not len(state.wanted.failures) and len(state.wanted.fetched) == 1


def test_the_order_is_a_setting() -> None:
    liked = PlaylistRef("spotify:user:me:collection")
    soundcloud = Ref("soundcloud:7")
    state = told(
        TrackSeen(TWO, "csv", "Two"),
        TrackSeen(THREE, "csv", "Three"),
        TrackSeen(soundcloud, "soundcloud", "Four"),
        PlaylistSeen(liked, "spotify", "Liked Songs", "me"),
        PlaylistMembershipFound(liked, TWO, TWO, "a0"),
        TrackRequested(ONE),
        PlaybackSeen("spotify", THREE),
    )
    found, _ = groups(state.library, state.identity)
    waiting = [TrackId(ref) for ref in (ONE, TWO, soundcloud, THREE, ONE)]
    usual = ordered(state, found, waiting)
    assert usual == [TrackId(ref) for ref in (THREE, soundcloud, TWO, ONE)]
    asked = ordered(state, found, waiting, ("asked",))
    assert asked == [TrackId(ref) for ref in (ONE, TWO, soundcloud, THREE)]


def test_what_was_asked_for_by_its_address_is_not_called_news_of_the_site() -> None:
    new, asked = Ref("soundcloud:somebody/new"), Ref("soundcloud:somebody/asked")
    state = told(
        TrackSeen(new, "soundcloud", "New"),
        TrackRequested(asked),
        TrackSeen(asked, "soundcloud", "Asked"),
    )
    found, _ = groups(state.library, state.identity)
    assert reason(state, found, TrackId(new)) == "it is new on SoundCloud"
    assert reason(state, found, TrackId(asked)) == "it was asked for by itself"
