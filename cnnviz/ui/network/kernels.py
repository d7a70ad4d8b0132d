"""The kernels of the first layer, as pictures."""

from __future__ import annotations

from cnnviz.arrays import Array
from cnnviz.language import say, say_count
from cnnviz.ui.components.feature_maps import Row, feature_maps


def kernel_maps(kernels: Array, step: int) -> None:
    """Draw the kernels (C_out, C_in, k_h, k_w) of the first convolution after a step: their slice of the image."""
    count, _, height, width = kernels.shape
    note = say_count(
        "{count} kernel of {height}x{width} after step {step:,}",
        "{count} kernels of {height}x{width} after step {step:,}",
        count,
        height=height,
        width=width,
        step=step,
    )
    alt = say_count("{count} learned kernel.", "{count} learned kernels.", count)
    feature_maps([Row(say("First layer"), note, kernels[:, 0], say("kernel"))], key="kernels", alt=alt)
