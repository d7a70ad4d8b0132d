"""The controls of the network page."""

from __future__ import annotations

from collections.abc import Sequence

from cnnviz.ui.frame.controls import Control
from cnnviz.ui.frame.session import IMAGE, RUN, STEP

CONTROLS: Sequence[Control] = (RUN, STEP, IMAGE)
