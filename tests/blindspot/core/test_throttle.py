"""The limit stays in its bounds, is never exceeded, and nothing waits for ever."""

import asyncio
import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blindspot.core.throttle import Throttle


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def entered(throttle: Throttle, count: int) -> list[int]:
    """Tickets of `count` requests that enter one after the other without leaving."""

    async def enter() -> list[int]:
        return [await throttle.enter() for _ in range(count)]

    return asyncio.run(asyncio.wait_for(enter(), 5))


def test_it_starts_at_the_bound() -> None:
    assert Throttle(32).limit == 32


def test_one_push_back_for_all_that_were_under_way_together() -> None:
    throttle = Throttle(32)
    tickets = entered(throttle, 20)
    for ticket in tickets:
        throttle.pushed_back(ticket)
    assert throttle.limit == 16
    for _ in tickets:
        throttle.leave()
    [later] = entered(throttle, 1)
    throttle.pushed_back(later)
    assert throttle.limit == 8


def test_a_turn_of_answers_raises_the_limit_by_one_and_never_above_the_bound() -> None:
    throttle = Throttle(4)
    [first] = entered(throttle, 1)
    throttle.pushed_back(first)
    throttle.leave()
    limits: list[int] = []
    for _ in range(40):
        [ticket] = entered(throttle, 1)
        throttle.served(ticket)
        throttle.leave()
        limits.append(throttle.limit)
    assert limits[0] == 2
    assert limits.index(3) in (2, 3)
    assert limits[-1] == 4


def test_answers_from_before_a_cut_do_not_raise_it_again() -> None:
    throttle = Throttle(8)
    tickets = entered(throttle, 8)
    throttle.pushed_back(tickets[0])
    for ticket in tickets[1:]:
        throttle.served(ticket)
    assert throttle.limit == 4


@given(
    bound=st.integers(1, 40),
    told=st.lists(st.sampled_from(["served", "pushed_back", "unanswered"]), max_size=120),
)
def test_the_limit_stays_between_one_and_the_bound(bound: int, told: list[str]) -> None:
    throttle = Throttle(bound, Clock())

    async def go() -> None:
        for word in told:
            before = throttle.limit
            getattr(throttle, word)(await throttle.enter())
            throttle.leave()
            assert 1 <= throttle.limit <= bound
            assert throttle.limit >= before // 2 if word != "served" else throttle.limit >= before

    asyncio.run(go())


@given(bound=st.integers(1, 6), count=st.integers(1, 40), seed=st.integers(0, 10**6))
def test_never_more_than_the_limit_and_no_deadlock_under_cancellation(
    bound: int, count: int, seed: int
) -> None:
    draw = random.Random(seed)
    throttle = Throttle(bound, Clock())
    inside, finished = 0, 0

    async def one() -> None:
        nonlocal inside, finished
        ticket = await throttle.enter()
        inside += 1
        try:
            assert inside <= throttle.in_flight <= throttle.limit <= bound
            for _ in range(draw.randrange(3)):
                await asyncio.sleep(0)
            draw.choice([throttle.served, throttle.pushed_back])(ticket)
            finished += 1
        finally:
            inside -= 1
            throttle.leave()

    async def go() -> None:
        tasks = [asyncio.create_task(one()) for _ in range(count)]
        for task in tasks:
            if draw.random() < 0.4:
                task.cancel()
            if draw.random() < 0.4:
                await asyncio.sleep(0)
        outcomes = await asyncio.wait_for(asyncio.gather(*tasks, return_exceptions=True), 5)
        assert not [o for o in outcomes if o and not isinstance(o, asyncio.CancelledError)]
        assert throttle.in_flight == 0
        await asyncio.wait_for(one(), 5)

    asyncio.run(go())
    assert finished >= 1


def test_a_place_given_to_a_cancelled_request_goes_to_the_next() -> None:
    throttle = Throttle(1)

    async def go() -> None:
        await throttle.enter()
        first, second = (asyncio.create_task(throttle.enter()) for _ in range(2))
        await asyncio.sleep(0)
        throttle.leave()  # gives the place to `first` …
        first.cancel()  # … which does not live to use it
        await asyncio.wait_for(second, 5)
        assert throttle.in_flight == 1

    asyncio.run(go())


def test_a_pause_holds_everyone_also_those_who_queued_before_it() -> None:
    throttle = Throttle(2)

    async def go() -> list[float]:
        times: list[float] = []

        async def one() -> None:
            await throttle.enter()
            times.append(time.monotonic() - start)
            throttle.leave()

        tickets = [await throttle.enter(), await throttle.enter()]
        queued = [asyncio.create_task(one()) for _ in range(3)]
        await asyncio.sleep(0)
        start = time.monotonic()
        throttle.pushed_back(tickets[0], 0.05)
        throttle.leave()
        throttle.leave()
        await asyncio.wait_for(asyncio.gather(one(), *queued), 5)
        return times

    assert min(asyncio.run(go())) >= 0.05


def test_an_address_that_never_answers_is_away_for_longer_and_longer() -> None:
    clock = Clock()
    throttle = Throttle(8, clock)
    for ticket in (1, 2):
        throttle.unanswered(ticket)
    assert not throttle.away
    absences: list[float] = []
    for _ in range(6):
        throttle.unanswered(9)
        begun = clock.now
        while throttle.away:
            clock.now += 1
        absences.append(clock.now - begun)
    assert absences == [5, 10, 20, 40, 60, 60]


def test_failures_at_the_same_time_count_as_one_absence_and_an_answer_ends_it() -> None:
    clock = Clock()
    throttle = Throttle(8, clock)
    for ticket in range(1, 9):
        throttle.unanswered(ticket)
    clock.now += 4.9
    assert throttle.away
    throttle.served(9)
    assert not throttle.away
    throttle.unanswered(10)
    assert not throttle.away


@pytest.mark.parametrize("bound", [1, 7])
def test_a_second_event_loop_finds_it_usable(bound: int) -> None:
    throttle = Throttle(bound)

    async def interrupted() -> None:
        tasks = [asyncio.create_task(throttle.enter()) for _ in range(bound + 3)]
        await asyncio.sleep(0)
        for task in tasks[:bound]:
            await task
            throttle.leave()
        for task in tasks[bound:]:
            task.cancel()
        done = await asyncio.gather(*tasks[bound:], return_exceptions=True)
        for ticket in done:
            if isinstance(ticket, int):
                throttle.leave()

    asyncio.run(interrupted())
    assert throttle.in_flight == 0
    assert len(entered(throttle, bound)) == bound
