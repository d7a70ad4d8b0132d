"""The array alias of the records, and the shape of an image."""

from __future__ import annotations

import numpy as np

Array = np.ndarray
IMAGE_SHAPE = (1, 28, 28)
"""Channels, height and width of the images of every data set, pixels."""
