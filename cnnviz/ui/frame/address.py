"""The address bar: the controls of a page stand where it says, and what a visitor sets is written there.

The values stand in one place, the Memory of the session. An address that somebody opens, or goes back to, sets them; a
gesture on a widget sets them and writes the address; a page that draws a widget gives it its value.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NoReturn

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from cnnviz.language import say
from cnnviz.refusal import Refusal
from cnnviz.ui.frame import links
from cnnviz.ui.frame.memory import Memory
from cnnviz.ui.frame.refusals import gesture, show

if TYPE_CHECKING:
    from cnnviz.ui.frame.controls import Control

MEMORY = "address"  # key of the Memory in the session


def memory() -> Memory:
    """The Memory of this session."""
    if MEMORY not in st.session_state:
        st.session_state[MEMORY] = Memory(st.session_state)
    found: Memory = st.session_state[MEMORY]
    return found


def settle(page: str, table: Sequence[Control]) -> None:
    """Before a page is drawn: its controls stand where the address says; what it says wrongly is told."""
    context = get_script_run_ctx()
    went_back = context is not None and context.is_history_navigation
    if doubled := _doubled():
        st.warning(str(links.repeated(doubled)), icon=":material/search:")
    for problem in memory().settle(page, table, st.query_params.to_dict(), went_back=went_back):
        st.warning(say("{problem} The address is ignored there.", problem=problem), icon=":material/search:")


def at(name: str) -> Any:
    """Where a control of this page stands."""
    return memory().at(name)


def just_read() -> bool:
    """Whether it was the address that set the controls, and not a gesture."""
    return memory().just_read


def put(**values: Any) -> None:
    """Set controls of this page, as an example, a button or a picture does."""
    memory().put(values)


def bound(name: str, *words: str, **beginning: Any) -> dict[str, Any]:
    """Arguments of the widget that shows a control of this page.

    Its value is `at(name)`: what the widget itself returns may be None in a fragment that is drawn by the clock.

    Args:
        name: of the control.
        words: of the options, where they may change: a browser names an option by its words.
        beginning: the argument with which the widget begins at its value. It is not set then: a run of the page that
            is broken off by the next gesture would set it and not tell the browser.
    """
    is_set = memory().show(name, *words, begins=bool(beginning))
    return {"key": name, "on_change": gesture(_follow), **({} if is_set else beginning)}


def within(name: str, highest: int) -> Any:
    """Where a control stands whose highest number the page knows; its default, and a notice, where it is beyond."""
    value = at(name)
    if value is None or 0 <= value <= highest:
        return value
    said = say("The {name} in this address must be a whole number from 0 to {highest}.", name=name, highest=highest)
    st.warning(said, icon=":material/search:")
    put(**{name: memory().table[name].default})
    return at(name)


def _follow() -> None:
    for control in memory().follow(st.query_params.to_dict()):
        if control.then is not None:
            control.then()


def publish() -> None:
    """Write the address, after all that was drawn: a browser that sends it again has heard of the widgets, too.

    Streamlit makes each of these a step of the browser's history; `components/shared/history.js` joins them.
    """
    memory().remember()
    wanted = memory().seen
    context = get_script_run_ctx()
    went_back = context is not None and context.is_history_navigation  # another address may be on its way
    if went_back or _doubled() or not memory().is_known(st.query_params.to_dict()):
        st.query_params.from_dict(wanted)


def _doubled() -> list[str]:
    """Names that stand in the address more than once."""
    return [name for name in st.query_params if len(st.query_params.get_all(name)) > 1]


def stop_page() -> NoReturn:
    """End a page that has nothing more to show."""
    publish()
    st.stop()


def fragment(draw: Callable[[], None], run_every: float | None = None, place: str | None = None) -> Callable[[], None]:
    """A part of a page that is drawn alone after a gesture in it, or by the clock.

    Args:
        draw: draws it; what it is refused is said in its place.
        run_every: seconds of the clock.
        place: a name of the part, where a page has two that one function draws.
    """

    def draw_and_publish() -> None:
        try:
            draw()
        except Refusal as refusal:
            show(refusal, place or draw.__qualname__)
        context = get_script_run_ctx()
        if context is not None and context.fragment_ids_this_run:  # else the page is not at its end
            publish()

    return st.fragment(draw_and_publish, run_every=run_every)
