"""The time machine: a slider over the snapshots of a training whose scale is the loss curve."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from cnnviz.ui.components.shared.mount import component

_mount = component("step_slider")


def step_slider(
    steps: Sequence[int], losses: Sequence[float], chosen: int, *, key: str, on_change: Callable[[], None]
) -> None:
    """Draw the slider, or update the one already drawn under this key.

    Args:
        steps: at which weights were kept, ascending; they stand at equal distances.
        losses: any number of them, at equal distances from the first step to the last.
        chosen: one of the steps.
        key: of the slider in the page.
        on_change: called after another step was chosen, which `st.session_state[key].step` then is.
    """
    data = {"steps": list(steps), "losses": [round(float(loss), 4) for loss in losses], "chosen": chosen}
    _mount(key=key, data=data, on_step_change=on_change)
