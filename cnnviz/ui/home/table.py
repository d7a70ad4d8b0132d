"""The controls of the start page: the run whose pictures it shows."""

from __future__ import annotations

from collections.abc import Sequence

from cnnviz.ui.frame.controls import Control
from cnnviz.ui.frame.session import RUN, STEP

CONTROLS: Sequence[Control] = (RUN, STEP)
