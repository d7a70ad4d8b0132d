"""scikit-learn's digits: 1,797 images of 8x8 pixels that come with the library, so no download is needed."""

from __future__ import annotations

import functools

import numpy as np
import torch
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

from cnnviz.records import Array, DatasetSpec, ImageData

TEST_IMAGES = 360  # a fifth


@functools.cache
def load() -> ImageData:
    """1,437 training and 360 test images, the same share of each digit in both."""
    pixels, labels = load_digits(return_X_y=True)
    images, labels = framed(pixels.reshape(-1, 8, 8) / 16), labels.astype(np.int64)
    train, test = train_test_split(np.arange(len(labels)), test_size=TEST_IMAGES, stratify=labels, random_state=0)
    return ImageData(images[train], labels[train], images[test], labels[test])


def framed(images: Array) -> Array:
    """(N, 8, 8) in 0..1 enlarged to 20x20 in a frame of 28x28, as MNIST was made: (N, 28, 28) uint8."""
    small = torch.from_numpy(images)[:, None]
    large = torch.nn.functional.interpolate(small, size=(20, 20), mode="bilinear", align_corners=False)
    return torch.nn.functional.pad(large[:, 0] * 255, (4, 4, 4, 4)).round().byte().numpy()


SPEC = DatasetSpec(
    label="scikit-learn digits",
    sentence="1,797 digits of 8x8 pixels, enlarged: smaller and easier than MNIST, and here without a download.",
    load=load,
)
