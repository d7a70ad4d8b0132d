"""The table of trainings."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import streamlit as st

from cnnviz.datasets import DATASETS
from cnnviz.language import say, say_count
from cnnviz.runs.reader import accuracy_of
from cnnviz.runs.records import Run
from cnnviz.runs.store import current_store
from cnnviz.runs.store.record_tables import Summary
from cnnviz.training.records import TEST_IMAGES


def runs_table(runs: Sequence[Run]) -> None:
    """Trainings, one per row, each with a link to its curves."""
    summaries = current_store().records.summaries([run.id for run in runs])
    rows = [
        {
            "Run": run.name,
            "Data set": say(DATASETS[run.training_settings.dataset].label),
            "State": run.state_in_words,
            **tested(run, summaries.get(run.id)),
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
            **headings_of_tests(),
            "Started": st.column_config.DatetimeColumn(say("Started"), format="D MMM, HH:mm"),
            "Curves": st.column_config.LinkColumn(say("Curves"), display_text=say("open")),
        },
        alt=say_count("{count} run.", "{count} runs.", len(runs)),
    )


def tested(run: Run, summary: Summary | None) -> dict[str, Any]:
    """What a table says of the tests of a run: the accuracy where it stands now, the best one, and the time."""
    accuracy = accuracy_of(run, summary.tested if summary else None)
    return {
        "Accuracy": accuracy.value if accuracy else None,
        "Test images": accuracy.images if accuracy else None,
        "Best test": summary.best if summary else None,
        "Training time": say("{seconds:.0f} s", seconds=summary.tested.seconds) if summary else "–",
    }


def headings_of_tests() -> dict[str, Any]:
    """The columns of `tested`."""
    newest = say("The newest one; of how many test images, the next column says.")
    sample = say(
        "The highest accuracy of a test under way, of a sample of {images:,} test images at most. "
        "The luckiest test is chosen, so it flatters.",
        images=TEST_IMAGES,
    )
    return {
        "Accuracy": st.column_config.NumberColumn(say("Accuracy"), format="percent", help=newest),
        "Test images": st.column_config.NumberColumn(say("of test images"), format="localized"),
        "Best test": st.column_config.NumberColumn(say("Best accuracy under way"), format="percent", help=sample),
        "Training time": say("Training time"),
    }
