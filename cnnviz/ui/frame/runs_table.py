"""The table of trainings."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import streamlit as st

from cnnviz.datasets import DATASETS
from cnnviz.language import say, say_count
from cnnviz.runs.records import Run
from cnnviz.runs.store import current_store


def runs_table(runs: Sequence[Run]) -> None:
    """Trainings, one per row, each with a link to its curves."""
    summaries = current_store().records.summaries([run.id for run in runs])
    rows = [
        {
            "Run": run.name,
            "Data set": say(DATASETS[run.training_settings.dataset].label),
            "State": run.state_in_words,
            "Best accuracy": summaries[run.id][0] if run.id in summaries else None,
            "Training time": time_in_words(summaries[run.id][1]) if run.id in summaries else "–",
            "Started": datetime.fromtimestamp(run.created),
            "Curves": f"training?run={run.id}",
        }
        for run in runs
    ]
    st.dataframe(
        rows,
        hide_index=True,
        column_config={
            "Run": say("Run"),
            "Data set": say("Data set"),
            "State": say("State"),
            "Best accuracy": st.column_config.NumberColumn(say("Best accuracy"), format="percent"),
            "Training time": say("Training time"),
            "Started": st.column_config.DatetimeColumn(say("Started"), format="D MMM, HH:mm"),
            "Curves": st.column_config.LinkColumn(say("Curves"), display_text=say("open")),
        },
        alt=say_count("{count} run.", "{count} runs.", len(runs)),
    )


def time_in_words(seconds: float) -> str:
    """A time of training."""
    return say("{seconds:.0f} s", seconds=seconds)
