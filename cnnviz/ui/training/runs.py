"""The trainings so far: several of them side by side, and what becomes of one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from cnnviz.figures.training import View, compared_curves
from cnnviz.language import all_of, say, say_count
from cnnviz.refusal import Refusal, quoted
from cnnviz.runs import actions
from cnnviz.runs.reader import history_of
from cnnviz.runs.records import Run
from cnnviz.runs.store import current_store
from cnnviz.settings import SETTINGS
from cnnviz.training.changes import by_step
from cnnviz.ui.components.plotly_view import plotly_view
from cnnviz.ui.frame.address import at, bound, put
from cnnviz.ui.frame.refusals import gesture
from cnnviz.ui.frame.run_bar import run_title
from cnnviz.ui.frame.runs_table import headings_of_tests, runs_table, tested
from cnnviz.ui.frame.session import trainings

MOST_COMPARED = 6


def manage(run: Run) -> None:
    """A new name for a run, or its end."""
    with st.container(key="manage"):
        st.header(say("This run"), anchor=False)
        try:
            actions.check_own(run.id)
        except Refusal as refusal:
            st.caption(str(refusal))
            return
        key = f"name_of_{run.id} {run.name}"  # one that gets another name gets another field
        st.session_state.setdefault(key, run.name)
        st.text_input(say("Name"), max_chars=60, key=key, on_change=gesture(_rename), args=(run.id, key))
        with st.popover(say("Delete"), disabled=run.active, key="delete"):
            st.markdown(say("Its curves, weights and maps go with it."))
            st.button(say("Delete for good"), key="delete_for_good", on_click=gesture(_delete), args=(run.id,))


def _rename(run_id: str, key: str) -> None:
    try:
        actions.rename(run_id, st.session_state[key])
    finally:
        del st.session_state[key]  # what the store made of it is shown


def _delete(run_id: str) -> None:
    actions.delete(run_id)
    put(run=None, step=None)


def compare(run: Run) -> None:
    """The curves of up to six runs in one picture, and how their settings differ."""
    known = {one.id: one for one in trainings() if one.id != run.id}
    unknown = [quoted(run_id) for run_id in at("compare") if run_id not in known and run_id != run.id]
    if unknown:
        st.warning(say("There is no run {names} to compare with.", names=all_of(unknown)), icon=":material/search:")
    put(compare=[run_id for run_id in at("compare") if run_id in known])
    titles = {run_id: run_title(one) for run_id, one in known.items()}
    with st.container(key="comparison"):
        st.header(say("Compare runs"), anchor=False)
        st.multiselect(
            say("Compare with"),
            list(titles),
            format_func=titles.__getitem__,
            max_selections=MOST_COMPARED - 1,
            **bound("compare", *titles.values(), default=at("compare")),
        )
        if at("compare"):
            _compared(run, known)


def _compared(run: Run, known: Mapping[str, Run]) -> None:
    """The picture, and the table below it."""
    runs = [run, *(known[run_id] for run_id in at("compare"))]
    names = {one.id: run_title(one) for one in runs}
    curves = {names[one.id]: history_of(one).curves for one in runs}
    figure = compared_curves(curves, View(" ".join(names)))
    alt = say_count(
        "Loss of {count} run, train solid and test dashed.",
        "Loss of {count} runs, train solid and test dashed.",
        len(runs),
    )
    plotly_view(figure, key="compared_loss", alt=alt, file=run.file_name(run.step))
    _compared_table(runs, names)


def _compared_table(runs: Sequence[Run], names: Mapping[str, str]) -> None:
    """The runs, by the names that stand at their curves, with the settings in which they differ."""
    summaries = current_store().records.summaries([one.id for one in runs])
    rows = [
        {
            "Run": names[one.id],
            **tested(one, summaries.get(one.id)),
            **differing,
        }
        for one, differing in zip(runs, differences([_settings_in_words(one) for one in runs]), strict=True)
    ]
    headings = {"Run": say("Run"), **headings_of_tests()}
    headings |= {setting.heading: say(setting.heading) for setting in SETTINGS.values()}
    st.dataframe(rows, hide_index=True, column_config=headings, alt=say("The settings in which these runs differ."))


def _settings_in_words(run: Run) -> dict[str, str]:
    """The settings of a run, with what they were changed to while it ran."""
    words = {name: str(value) for name, value in run.settings.items()}
    for step, made in by_step(history_of(run).changes).items():
        for name, value in made.items():
            words[name] = say("{before}, later {value:g}", before=words[name], value=value) if step else f"{value:g}"
    return words


def differences(settings: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Of several settings, those that are not the same everywhere."""
    names = dict.fromkeys(name for one in settings for name in one)
    differing = [name for name in names if len({str(one.get(name)) for one in settings}) > 1]
    return [{_heading(name): str(one.get(name, "–")) for name in differing} for one in settings]


def _heading(name: str) -> str:
    """The column of a setting, in English; a run of an older version may have one that is not known any more."""
    return SETTINGS[name].heading if name in SETTINGS else name


def all_runs() -> None:
    """The table of all trainings, when the visitor opens it."""
    with st.container(key="list_of_runs"):
        st.header(say("All runs"), anchor=False)
        with st.expander(say("Show the table"), key="all_runs", on_change="rerun", icon=":material/list:") as part:
            if part.open:
                runs_table(trainings())
