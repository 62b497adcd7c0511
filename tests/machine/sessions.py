"""Random scripts: a client, the server, the clocks, another process, and the model beside them."""

from __future__ import annotations

from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from typing import ClassVar, NamedTuple

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from synerise_client.sandbox import Hold
from tests.machine import calls
from tests.machine.calls import KEYS, Call, Happening
from tests.machine.clients import START, Bench
from tests.machine.model import Play
from tests.machine.pair import Names, Pair
from tests.machine.service import Reply
from tests.machine.world import World


class KeptBack(NamedTuple):
    """A request that the server has acted on and that waits for its answer."""

    play: Play
    reply: Reply
    hold: Hold


class Sessions(RuleBasedStateMachine):
    """One random script. After each step everything that can be seen must agree.

    Attributes:
        folder: where sessions are stored that are not only in memory.
        counts: runs, steps and calls so far.
    """

    folder: ClassVar[Path]
    counts: ClassVar[Counter[str]] = Counter()

    def __init__(self) -> None:
        super().__init__()
        self._resources = ExitStack()
        self._pairs: list[Pair] = []

    @initialize(on_disk=st.sampled_from([False, False, False, True]), first=calls.sign_ins)
    def start(self, on_disk: bool, first: Call) -> None:
        self.counts["runs"] += 1
        path = self.folder / f"{self.counts['runs']}.sqlite3" if on_disk else None
        self._bench = Bench(path)
        self._resources.callback(self._bench.close)
        self._world = World(KEYS[0], START)
        self._names = Names()
        self._pairs = [self._opened(KEYS[0])]
        self._check()
        self._pairs[0].make(first)
        self._check()

    def teardown(self) -> None:
        for pair in reversed(self._pairs):
            self._close(pair)
        self._resources.close()

    # One thing after another.

    @rule(call=calls.sign_ins, is_welcome=st.booleans())
    def sign_in(self, call: Call, is_welcome: bool) -> None:
        client = self._client()
        if is_welcome:
            client.end_at_once(calls.call("doNotTrack", False))
            self._server_follows()
        client.make(call)
        self._check()

    @rule(batch=st.lists(calls.calls, min_size=1, max_size=4))
    def calls_in_a_row(self, batch: list[Call]) -> None:
        self._client().make(*batch)
        self._check()

    @rule(ender=calls.enders)
    def end_at_once(self, ender: Call) -> None:
        self._client().end_at_once(ender)
        self._check()

    @rule(setting=calls.settings, follows=st.sampled_from([True, True, False]))
    def change_a_setting(self, setting: Call, follows: bool) -> None:
        if setting.method == "changeApiKey":
            self._close_others()
        self._client().end_at_once(setting)
        if follows:
            self._server_follows()
        self._check()

    # Trouble.

    @rule(trouble=calls.trouble())
    def server_makes_trouble(self, trouble: tuple[str, list[str], Call]) -> None:
        operation, kinds, call = trouble
        self._world.service.trouble[operation].extend(kinds)
        self._bench.trouble(operation, kinds)
        self._client().make(call)
        self._check()

    @rule(kinds=calls.kinds_of_trouble, batch=st.lists(calls.in_flight, min_size=1, max_size=3))
    def due_refresh_meets_trouble(self, kinds: list[str], batch: list[Call]) -> None:
        client = self._client()
        seconds = client.model.seconds_until_due()
        self._let_pass(max(seconds, calls.MORE_THAN_A_REST) if seconds else 0)
        self._end_trouble()
        self.server_makes_trouble(("refresh", kinds, batch[0]))
        client.make(*batch[1:])
        self._check()

    @rule(batch=st.lists(calls.calls, min_size=1, max_size=2), ender=calls.enders)
    def server_is_down(self, batch: list[Call], ender: Call) -> None:
        client = self._client()
        self._world.service.is_down = True
        self._bench.sandbox.stop()
        client.make(*batch)
        client.end_at_once(ender)
        client.live.wait()
        self._bench.sandbox.start()
        self._world.service.is_down = False
        self._check()

    @rule()
    def server_revokes_all_tokens(self) -> None:
        self._happen(None)
        self._should_happen(None)
        self._check()

    # Time.

    @rule(seconds=calls.spans)
    def time_passes(self, seconds: int) -> None:
        self._let_pass(seconds)
        self._check()

    @rule(seconds=calls.jumps)
    def wall_clock_jumps(self, seconds: int) -> None:
        self._jump(seconds)
        self._check()

    @rule(seconds=calls.lifetimes)
    def tokens_live(self, seconds: int) -> None:
        self._bench.sandbox.token_lifetime = self._world.service.lifetime = seconds
        self._check()

    # Other processes.

    @rule(
        passed=st.sampled_from([0, 1801, 3600]),
        jump=st.one_of(st.just(0), calls.jumps),
        batch=st.lists(calls.in_flight, min_size=1, max_size=3),
    )
    def restart(self, passed: int, jump: int, batch: list[Call]) -> None:
        """Meanwhile time passes, and somebody sets the wall clock."""
        client = self._client()
        self._leave(client)
        self._let_pass(passed)
        self._jump(jump)
        self._pairs[0] = self._opened(client.model.key)
        self._check()
        for call in batch:
            self._pairs[0].make(call)
            self._check()

    @rule(call=st.one_of(calls.calls, calls.sign_ins), leaves=st.booleans())
    def other_process_calls(self, call: Call, leaves: bool) -> None:
        self._other().make(call)
        self._check()
        if leaves:
            self._close_others()
            self._check()

    @rule(ender=calls.enders)
    def other_process_ends_at_once(self, ender: Call) -> None:
        self._other().end_at_once(ender)
        self._check()

    # What happens while a request is in flight.

    @rule(
        call=calls.in_flight,
        behind=st.lists(calls.calls, max_size=3),
        enders=st.lists(st.one_of(calls.enders, calls.settings), min_size=1, max_size=2),
        after=st.lists(calls.calls, max_size=2),
        passes=calls.passes,
        is_late=st.booleans(),
    )
    def end_under_a_request(
        self,
        call: Call,
        behind: list[Call],
        enders: list[Call],
        after: list[Call],
        passes: int,
        is_late: bool,
    ) -> None:
        """Keep an answer back, make calls behind it, end the session, make calls after that.

        Args:
            call: whose request is kept.
            behind: made before the end.
            enders: end the session, if they do.
            after: made after it.
            passes: how many requests of the call get through.
            is_late: the answer comes once everybody has heard of the end.
        """
        self._end_trouble()
        if any(ender.method == "changeApiKey" for ender in enders):
            self._close_others()
        client = self._client()
        kept = self._kept_back(client, call, passes)
        if kept is None:
            return
        has_ended = False
        with kept.hold:
            for each in behind:
                client.live.make(each)
            for ender in enders:
                if client.end_at_once(ender) and not has_ended:
                    has_ended = True
                    kept.play.cut()
                    for each in behind:
                        client.model.cut(each)
                client.check_getters()
                if has_ended and client.model.is_logged_in():
                    break  # taken along to another key: a second end might be heard before -999
            for each in after:
                client.live.make(each)
            if has_ended and is_late:
                client.live.wait()
        client.live.wait()
        if not has_ended:
            kept.play.go_on(client.model.receive(kept.reply))
            client.model.run(*behind)
        client.model.run(*after)
        client.made += len(behind) + len(after)
        self._server_follows()
        self._check()

    @rule(call=calls.in_flight, happening=calls.happenings, passes=calls.passes)
    def something_happens_under_a_request(
        self, call: Call, happening: Happening, passes: int
    ) -> None:
        """The server has acted when it happens, and its answer is on the way."""
        client = self._client()
        self._end_trouble()
        kept = self._kept_back(client, call, passes)
        if kept is None:
            return
        with kept.hold:
            self._happen(happening)
        self._should_happen(happening)
        client.live.wait()
        kept.play.go_on(client.model.receive(kept.reply))
        self._check()

    @rule(call=calls.in_flight, happening=calls.happenings)
    def something_happens_before_a_request(self, call: Call, happening: Happening) -> None:
        """The call has decided what to ask for when it happens; the server has not heard of it."""
        client = self._client()
        self._end_trouble()
        client.live.meanwhile = lambda: self._happen(happening)
        client.model.meanwhile = lambda: self._should_happen(happening)
        client.make(call)
        client.live.meanwhile = client.model.meanwhile = None
        self._check()

    @rule(call=calls.in_flight, does=calls.done_elsewhere, passes=calls.passes)
    def other_process_acts_under_a_request(self, call: Call, does: Call, passes: int) -> None:
        self._other()
        if self._client().model.knows_the_time:  # else the answer's date is stored too
            self.something_happens_under_a_request(call, does, passes)

    @rule(call=calls.in_flight, does=calls.done_elsewhere)
    def other_process_acts_before_a_request(self, call: Call, does: Call) -> None:
        self._other()
        if self._client().model.knows_the_time:
            self.something_happens_before_a_request(call, does)

    def _kept_back(self, client: Pair, call: Call, passes: int) -> KeptBack | None:
        """Make a call and keep an answer to it back; None if there is nothing to be kept."""
        play = Play(client.model, call)
        if passes and play.request is not None:
            play.resume(client.model.answered(play.request))
        client.made += 1
        if play.request is None:
            client.live.make(call)
            self._check()
            return None
        hold = self._bench.sandbox.hold(play.request.operation)
        reply = client.model.send(play.request)
        client.live.make(call)
        assert client.live.reaches(hold), f"{call} did not ask for {play.request.operation}"
        return KeptBack(play, reply, hold)

    def _happen(self, happening: Happening) -> None:
        if happening is None:
            self._bench.sandbox.revoke_all()
        elif isinstance(happening, int):
            self._bench.clock.now += happening
        else:
            self._pairs[1].live.take(happening)

    def _should_happen(self, happening: Happening) -> None:
        if happening is None:
            self._world.service.revoke_all()
        elif isinstance(happening, int):
            self._world.service.now += happening
        else:
            self._pairs[1].model.take(happening)

    # What the steps are made of.

    def _client(self) -> Pair:
        return self._turn_of(0)

    def _other(self) -> Pair:
        if len(self._pairs) == 1:
            self._pairs.append(self._opened(self._pairs[0].model.key))
        return self._turn_of(1)

    def _turn_of(self, number: int) -> Pair:
        """Let the rest of a refresh that failed elsewhere be over: it may be shared or not."""
        if any(pair.model.is_resting for pair in self._pairs if pair is not self._pairs[number]):
            self._let_pass(calls.MORE_THAN_A_REST)
        return self._pairs[number]

    def _opened(self, key: str) -> Pair:
        return Pair(self._world, self._bench, self._names, key)

    def _close_others(self) -> None:
        while len(self._pairs) > 1:
            self._leave(self._pairs.pop())

    def _leave(self, pair: Pair) -> None:
        if pair.model.is_resting:
            self._let_pass(calls.MORE_THAN_A_REST)
        self._close(pair)

    def _close(self, pair: Pair) -> None:
        self.counts["calls"] += pair.made
        pair.close()

    def _let_pass(self, seconds: int) -> None:
        self._happen(seconds)
        self._should_happen(seconds)

    def _end_trouble(self) -> None:
        self._world.service.trouble.clear()
        self._bench.end_trouble()

    def _jump(self, seconds: int) -> None:
        self._bench.clock.wall_ahead += seconds
        self._world.wall_ahead += seconds

    def _server_follows(self) -> None:
        """Let the server be the one of the client's API key."""
        key = self._pairs[0].model.key
        self._world.service.key = key
        self._bench.set_key(key)

    def _check(self) -> None:
        self.counts["steps"] += 1
        for pair in self._pairs:
            pair.check()
        self._pairs[0].check_stored()
