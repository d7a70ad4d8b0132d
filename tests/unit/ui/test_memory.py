"""Controls, address and history against a browser that lags behind: simulated, with every order of events."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from cnnviz.refusal import Range
from cnnviz.ui.frame import controls, memory
from cnnviz.ui.frame.memory import MOST_UNDONE, Memory

NAMES = ("a", "b", "c")
TABLE = tuple(controls.number(name, Range(0, 9999)) for name in NAMES)


@dataclass
class Request:
    """What a browser sends: all that it shows, and what the visitor has done."""

    address: dict[str, str]
    widgets: dict[str, int]
    went_back: bool = False
    example: dict[str, int] = field(default_factory=dict)  # chosen from a list that is none of the controls
    tool: str = ""  # "undo" or "reset", pressed


@dataclass
class Answer:
    """What a server sends: the widgets that it sets, then the address, if it is another one."""

    address: dict[str, str] | None
    replaces: bool  # the newest step of the history, instead of making one
    widgets: dict[str, int]


class Server:
    """One session, as Streamlit runs it: callbacks of changed widgets, then the script."""

    def __init__(self) -> None:
        self.widgets: dict[str, int] = {}
        self.memory = Memory(self.widgets)

    def serve(self, request: Request) -> Answer:
        before, now = dict(self.widgets), request.address
        self.widgets |= request.widgets
        for name, value in before.items():
            if self.widgets[name] != value:
                self.memory.follow(now)
        if request.example:
            self.memory.put(request.example)
        if request.tool:
            getattr(self.memory, request.tool)()
        self.memory.settle("page", TABLE, now, went_back=request.went_back)
        new = [name for name in NAMES if name not in self.widgets]
        sent = {name: self.memory.at(name) for name in NAMES if self.memory.show(name, begins=True) or name in new}
        self.widgets |= sent
        self.memory.remember()
        same = self.memory.is_known(request.address) and not request.went_back
        address = None if same else self.memory.seen
        return Answer(address, request.went_back, sent)


class Browser:
    """Two tubes to a server, through which requests and answers go in order, each as late as it pleases."""

    def __init__(self) -> None:
        self.history: list[dict[str, str]] = [{}]
        self.place = 0
        self.widgets: dict[str, int] = {}
        self.requests: deque[Request] = deque()
        self.answers: deque[Answer] = deque()
        self.server = Server()
        self.requests.append(Request({}, {}))
        self.settle()

    @property
    def address(self) -> dict[str, str]:
        return self.history[self.place]

    def move(self, name: str, value: int) -> None:
        self.widgets[name] = value
        self.requests.append(Request(self.address, dict(self.widgets)))

    def choose(self, example: dict[str, int]) -> None:
        self.requests.append(Request(self.address, dict(self.widgets), example=example))

    def press(self, tool: str) -> None:
        self.requests.append(Request(self.address, dict(self.widgets), tool=tool))

    def go(self, steps: int) -> None:
        if 0 <= self.place + steps < len(self.history):
            self.place += steps
            self.requests.append(Request(self.address, {}, went_back=True))

    def serve(self) -> None:
        if self.requests:
            self.answers.append(self.server.serve(self.requests.popleft()))

    def hurry(self) -> None:
        """Serve before the last answer has left, of which Streamlit then sends the address alone."""
        if self.requests and self.answers:
            self.answers[-1] = replace(self.answers[-1], widgets={})
        self.serve()

    def merge(self) -> None:
        """Two requests that wait are served as one; what was chosen first cannot be told any more."""
        if len(self.requests) > 1 and not self.requests[0].example and not self.requests[0].tool:
            first, second = self.requests.popleft(), self.requests.popleft()
            self.requests.appendleft(replace(second, widgets=first.widgets | second.widgets))

    def hear(self) -> None:
        if self.answers:
            answer = self.answers.popleft()
            if answer.address is not None and answer.address != self.address:
                self.place += not answer.replaces
                self.history = [*self.history[: self.place], answer.address]
            self.widgets |= answer.widgets

    def settle(self) -> None:
        while self.requests or self.answers:
            self.serve()
            self.hear()

    def values(self) -> dict[str, int]:
        """What the address says; the widgets say the same."""
        said = {name: int(self.address.get(name, 0)) for name in NAMES}
        assert said == {name: self.server.memory.at(name) for name in NAMES} == self.widgets
        return said


names = st.sampled_from(NAMES)
moves = st.tuples(st.just("move"), names)
choices = st.tuples(st.just("choose"), st.sets(names, min_size=2))
tools = st.tuples(st.just("press"), st.sampled_from(["undo", "reset"]))
travels = st.tuples(st.just("go"), st.sampled_from([-1, 1]))
lag = st.lists(st.sampled_from(["serve", "hurry", "hear"]), max_size=5)
merging = st.lists(st.sampled_from(["serve", "hurry", "hear", "merge"]), max_size=5)


def play(events, value) -> tuple[dict[str, int], dict[str, int]]:
    """Values of a browser after all that was sent has arrived, and those that the visitor has last given."""
    browser, given = Browser(), dict.fromkeys(NAMES, 0)
    for count, ((kind, what), deliveries) in enumerate(events, start=1):
        if kind == "go":
            browser.go(what)
        elif kind == "press":
            browser.press(what)
        elif kind == "move":
            given[what] = value(count, 0)
            browser.move(what, given[what])
        else:
            chosen = {name: value(count, k) for k, name in enumerate(sorted(what), start=1)}
            given |= chosen
            browser.choose(chosen)
        for delivery in deliveries:
            getattr(browser, delivery)()
    browser.settle()
    return browser.values(), given


@settings(deadline=None, max_examples=400)
@given(st.lists(st.tuples(moves, merging), max_size=8))
def test_no_gesture_is_lost(events):
    values, given = play(events, lambda number, k: 10 * number + k)
    assert values == given


@settings(deadline=None, max_examples=400)
@given(st.lists(st.tuples(moves | choices, lag), max_size=8))
def test_the_newest_gesture_wins_over_an_example_and_the_other_way_round(events):
    values, given = play(events, lambda number, k: 10 * number + k)
    assert values == given


@settings(deadline=None, max_examples=400)
@given(st.lists(st.tuples(moves | choices | travels | tools, lag), max_size=10))
def test_address_and_page_agree_whatever_the_order(events):
    play(events, lambda number, k: 10 * number + k)


@pytest.mark.parametrize("lag", [(), ("serve",), ("serve", "hear")])
@pytest.mark.parametrize("tool", ["undo", "reset"])
def test_a_gesture_after_undo_or_reset_is_kept(tool, lag):
    browser = Browser()
    browser.move("a", 1)
    browser.settle()
    browser.press(tool)
    for delivery in lag:
        getattr(browser, delivery)()
    browser.move("b", 2)
    browser.settle()
    assert browser.values() == {"a": 0, "b": 2, "c": 0}


# Undo and Reset


def settled(*events: tuple[str, dict[str, int]]) -> Browser:
    """A browser after gestures that were each answered: values that were chosen, or a tool that was pressed."""
    browser = Browser()
    for kind, values in events:
        browser.choose(values) if kind == "choose" else browser.press(kind)
        browser.settle()
    return browser


@given(st.lists(st.dictionaries(names, st.integers(1, 9), min_size=2), min_size=1, max_size=14), st.data())
@settings(deadline=None, max_examples=100)
def test_the_last_ten_changes_are_undone_one_after_the_other(chosen, data):
    """Each changes at least two controls, or other ones than the change before, so that none is joined to another."""
    states, events = [dict.fromkeys(NAMES, 0)], []
    for count, values in enumerate(chosen, start=1):
        distinct = {name: 100 * count + value for name, value in values.items()}
        previous = events[-1][1] if events else {}
        assume(previous.keys() != distinct.keys())
        states.append(states[-1] | distinct)
        events.append(("choose", distinct))
    most = min(len(chosen), MOST_UNDONE)
    back = data.draw(st.integers(1, most))
    assert settled(*events, *[("undo", {})] * back).values() == states[-1 - back]
    assert settled(*events, *[("undo", {})] * (most + 3)).values() == states[-1 - most]  # no further than it is known


def test_quick_changes_of_one_control_are_undone_together(monkeypatch):
    now = [0.0]
    monkeypatch.setattr(memory.time, "monotonic", lambda: now[0])
    browser = Browser()
    for value, seconds in ((1, 5.0), (2, 0.1), (3, 0.1), (4, 5.0), (5, 0.1)):
        now[0] += seconds
        browser.move("a", value)
        browser.settle()
    browser.press("undo")
    browser.settle()
    assert browser.values()["a"] == 3
    browser.press("undo")
    browser.settle()
    assert browser.values()["a"] == 0


def test_reset_is_itself_undone_and_keeps_what_it_is_to_keep():
    browser = settled(("choose", {"a": 1, "b": 2}), ("reset", {}))
    assert browser.values() == dict.fromkeys(NAMES, 0)
    browser.press("undo")
    browser.settle()
    assert browser.values() == {"a": 1, "b": 2, "c": 0}
    browser.server.memory.reset("b")
    browser.requests.append(Request(browser.address, dict(browser.widgets)))
    browser.settle()
    assert browser.values() == {"a": 0, "b": 2, "c": 0}
