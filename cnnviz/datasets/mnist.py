"""MNIST: 60,000 training and 10,000 test images of handwritten digits, 28x28 pixels.

Source: Y. LeCun, C. Cortes, C. J. C. Burges, "The MNIST database of handwritten digits".
"""

from __future__ import annotations

import functools
from pathlib import Path

import numpy as np

from cnnviz.arrays import Array
from cnnviz.datasets.download import fetch
from cnnviz.datasets.mnist_files import locate, raw
from cnnviz.datasets.records import DatasetSpec, ImageData
from cnnviz.language import mark


def load() -> ImageData:
    """60,000 training and 10,000 test images."""
    return read(locate())


@functools.lru_cache(maxsize=1)
def read(folder: Path) -> ImageData:
    """IDX files below a verified folder, read once.

    The format: a header of 16 bytes before images, of 8 before labels, then one byte for each pixel or label.
    """

    def images(name: str) -> Array:
        return np.fromfile(raw(folder) / name, np.uint8, offset=16).reshape(-1, 28, 28)

    def labels(name: str) -> Array:
        return np.fromfile(raw(folder) / name, np.uint8, offset=8).astype(np.int64)

    return ImageData(
        images("train-images-idx3-ubyte"),
        labels("train-labels-idx1-ubyte"),
        images("t10k-images-idx3-ubyte"),
        labels("t10k-labels-idx1-ubyte"),
    )


SPEC = DatasetSpec(
    label=mark("MNIST"),
    description=mark("70,000 handwritten digits of 28x28 pixels, the data set of the tutorials."),
    load=load,
    test_images=10_000,
    fetch=fetch,
)
