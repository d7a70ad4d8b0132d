"""The array alias of the records."""

from __future__ import annotations

import numpy as np

Array = np.ndarray
