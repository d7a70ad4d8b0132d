"""What a session remembers of its controls: their values, the same in the address and in the widgets.

A browser may not have heard of the last answers yet: it then sends an older address, or older values of widgets, along
with something newer. Memory tells these from gestures, so that the newest gesture wins however slow the network is.
"""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from cnnviz.refusal import Refusal
from cnnviz.ui.frame.links import mended

if TYPE_CHECKING:
    from cnnviz.ui.frame.controls import Control

Address = dict[str, str]  # parameters and their texts
MOST_UNDONE = 10  # changes
ONE_GESTURE = 1.0  # seconds between two changes of one control


@dataclass
class Late:
    """What a browser that has not heard of the last answers tells of a control that the server has set meanwhile."""

    values: list[Any] = field(default_factory=list)
    addresses: list[Address] = field(default_factory=list)  # that such a browser sends


@dataclass
class Trail:
    """The addresses that a page has had, as far as they can be undone."""

    now: Address | None  # None: the page has been sent elsewhere, and is not drawn yet
    before: list[Address] = field(default_factory=list)  # the newest one last
    names: frozenset[str] = frozenset()  # of the controls that were changed last
    changed: float = -math.inf  # when, in seconds

    def follow(self, address: Address) -> None:
        """The page stands here now; several quick changes of one control, as of a key that is held, are one."""
        if self.now is not None and address != self.now:
            here = self.now
            names = frozenset(name for name in {*address, *here} if address.get(name) != here.get(name))
            now = time.monotonic()
            if names != self.names or now - self.changed > ONE_GESTURE:
                self._keep(here)
            self.names, self.changed = names, now
        self.now = address

    def back(self) -> Address:
        """Where the page stood before the last change."""
        self.now, self.names = None, frozenset()
        return self.before.pop()

    def leave(self, address: Address) -> None:
        """The page is sent elsewhere from here."""
        self._keep(address)
        self.now, self.names = None, frozenset()

    def _keep(self, address: Address) -> None:
        self.before = [*self.before, address][-MOST_UNDONE:]


class Memory:
    """Values of the controls of all pages, and what is known of the browser that shows them.

    Args:
        widgets: the widgets' own state, by the names of their controls.
    """

    def __init__(self, widgets: MutableMapping[Any, Any]) -> None:
        self.widgets = widgets
        self.page, self.table = "", dict[str, "Control"]()
        self.values: dict[str, Any] = {}  # of the controls that were set on any page; the others are at their defaults
        self.seen: Address = {}  # the address as it was last read or written
        self.older: list[Address] = []  # those that a browser which lags behind may still send
        self.opened: dict[str, dict[str, Any]] = {}  # by page: the values when the menu opened it, without an address
        self.just_read = False  # whether the address has set the controls for this drawing of the page
        self.late: dict[str, Late] = {}  # by control
        self.words: dict[str, tuple[str, ...]] = {}  # by control: of its options when they were drawn last
        self.told: dict[str, Any] | None = None  # by the browser in this request, once that was followed
        self.trails: dict[str, Trail] = {}  # by page
        self.demanded: Address | None = None  # by Undo or Reset, for the next drawing of the page

    def at(self, name: str) -> Any:
        """Where a control stands."""
        return self.values.get(name, self.table[name].default)

    def settle(self, page: str, table: Sequence[Control], now: Address, *, went_back: bool) -> list[Refusal]:
        """Before a page is drawn: take over an address that was not written here; what cannot be taken over.

        Args:
            page: its name.
            table: its controls.
            now: the address as the browser sent it, or as it was written since.
            went_back: whether the visitor went back or forward in the history of the browser.
        """
        self.told, self.just_read = None, False
        first, self.page = page != self.page, page
        if first:
            self.older = []
        self.table = {control.name: control for control in table}
        demanded, self.demanded = self.demanded, None
        if demanded is not None and not first:
            self._take(self._read(demanded)[0])
            self.just_read = True
            self._write()
            for late in self.late.values():
                late.addresses = [*late.addresses, *self.older]
            return []
        given, problems = mended(now, [control.name for control in table if control.write is not None])
        if first and not given:  # the menu drops what the address said; this session remembers it
            self.opened[page] = {name: self.values[name] for name in self.table if name in self.values}
            self.seen = now
        elif first or went_back or now not in (self.seen, *self.older):
            wanted, illegal = self._read(given) if given else (self.opened.get(page, {}), [])
            problems += illegal
            self._take(wanted)
            self.just_read = True
            self.older += [self.seen, now]  # a browser sends this one whether or not it has heard of the values
            for late in self.late.values():
                late.addresses = [*late.addresses, now]
            self.seen = now
        else:
            problems = []  # told when it came
        self._write()
        return problems

    def is_known(self, now: Address) -> bool:
        """Whether a browser that sent this address has the one that was written last.

        It may have sent it before it heard of others, which it then has by now.
        """
        return now == self.seen and self.seen not in self.older

    def remember(self) -> None:
        """After a page is drawn: what its visitor has changed can be undone."""
        self.trails.setdefault(self.page, Trail(self.seen)).follow(self.seen)

    def undo(self) -> None:
        """Let the page stand where it stood before the last change, from its next drawing on."""
        self.remember()
        trail = self.trails[self.page]
        if trail.before:
            self.demanded = trail.back()

    def reset(self, *kept: str) -> None:
        """Let all controls of the page but these stand where they do at first, from its next drawing on."""
        self.remember()
        demanded = {name: text for name, text in self.seen.items() if name in kept}
        if demanded != self.seen:
            self.trails[self.page].leave(self.seen)
            self.demanded = demanded

    def follow(self, now: Address) -> list[Control]:
        """After a gesture: take over what the visitor has moved; those controls.

        Streamlit asks once for every widget that differs; the first time all of them are followed.

        Args:
            now: the address as the browser sent it.
        """
        told = {name: self.widgets.get(name) for name in self.table}
        if told == self.told:
            return []
        self.told = told
        if now == self.seen and now not in self.older:
            self.older.clear()
        moved = [name for name in self.table if told[name] not in (None, self.at(name))]
        for name in [name for name in self.late if name not in moved and now not in self.late[name].addresses]:
            del self.late[name]  # heard of
        fresh = [name for name in moved if not self._is_late(name, now)]
        for name in fresh:
            if name in self.late and now in self.late[name].addresses:
                self.late[name].values.append(self.at(name))  # the browser will be set to it
            else:
                self.late.pop(name, None)
        self.values |= {name: self.widgets[name] for name in fresh}
        self._write()
        return [self.table[name] for name in fresh]

    def put(self, values: Mapping[str, Any]) -> None:
        """Set controls as an example does; at its default, a control need not be named in the address."""
        changed = [name for name, value in values.items() if self._set(name, value)]
        for name in values:
            if self.at(name) == self.table[name].default:
                self.values.pop(name, None)
        self._write()
        for name in changed:
            self.late[name].addresses += self.older

    def show(self, name: str, *words: str, begins: bool) -> bool:
        """Set the widget of a control that is about to be drawn, where that is needed; whether it was.

        One that has its value is left alone, since a widget that is set loses quick gestures.

        Args:
            name: of the control.
            words: of the options by which a browser names them; where they have changed, the widget is set.
            begins: whether a widget that is new begins with its value by itself.
        """
        self.told = None
        value, renamed = self.at(name), self.words.get(name, words) != words
        self.words[name] = words
        if name not in self.widgets:
            self.late.pop(name, None)
            if begins:
                return False
        elif self.widgets[name] == value and not renamed and name not in self.late:
            return False
        else:
            late = self.late.setdefault(name, Late())
            late.addresses = [*late.addresses, *self.older]
        self.widgets[name] = value
        return True

    def _read(self, given: Address) -> tuple[dict[str, Any], list[Refusal]]:
        wanted: dict[str, Any] = {}
        problems = []
        for name, control in self.table.items():
            if control.write is not None and name in given:
                try:
                    wanted[name] = control.parse(given[name])
                except Refusal as problem:
                    problems.append(problem)
        return wanted, problems

    def _take(self, wanted: Mapping[str, Any]) -> None:
        """Set all controls of the page: those that are not named stand at their defaults."""
        for name, control in self.table.items():
            if name in wanted:
                self._set(name, wanted[name])
            elif control.write is not None:
                self._set(name, control.default)
                self.values.pop(name, None)

    def _set(self, name: str, value: Any) -> bool:
        """Set a control; whether a browser may not have heard of it."""
        told, before = self.widgets.get(name), self.at(name)
        self.values[name] = value
        if told is None or told == before == value:
            return False
        late = self.late.setdefault(name, Late())
        late.values = [*late.values, told, before]
        return True

    def _is_late(self, name: str, now: Address) -> bool:
        late = self.late.get(name)
        return late is not None and now in late.addresses and self.widgets[name] in late.values

    def _write(self) -> None:
        wanted = {
            name: control.write(self.values[name])
            for name, control in self.table.items()
            if control.write is not None and name in self.values
        }
        if wanted != self.seen:
            self.older.append(self.seen)
            self.seen = wanted
