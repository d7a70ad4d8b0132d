"""Ends of jobs: none that has no result is silent."""

from __future__ import annotations

import streamlit as st

from cnnviz.language import Sentence, say, sentence
from cnnviz.runs.records import STATES, Run


def result_of(made: Run | None, again: str) -> Run | None:
    """The run of a job while it works, and when it has finished; how any other ended is told, with what to do.

    Args:
        made: the newest run of the job.
        again: the label of the button that starts it once more.
    """
    if made is None or made.active or made.state == "finished":
        return made
    st.warning(
        say("{ended} Press “{button}” to try again.", ended=end_in_words(made), button=again), icon=":material/build:"
    )
    return None


def end_in_words(run: Run) -> Sentence:
    """How a run ended that has no result."""
    if run.message is None:
        return sentence("This was {state} before it was done.", state=sentence(STATES[run.state]))
    return sentence("This has failed. {why}", why=run.message) if run.state == "failed" else run.message
