"""scikit-learn's digits: 1,797 images of 8x8 pixels that come with the library, so no download is needed."""

from __future__ import annotations

import functools

import numpy as np

from cnnviz.arrays import Array
from cnnviz.datasets.records import DatasetSpec, ImageData
from cnnviz.datasets.splits import stratified
from cnnviz.language import mark

TEST_IMAGES = 360  # a fifth


@functools.cache
def load() -> ImageData:
    """Stratified split: 1,437 training and 360 test images."""
    from sklearn.datasets import load_digits  # a second to import, and most pages show MNIST

    pixels, labels = load_digits(return_X_y=True)
    images, labels = framed(pixels.reshape(-1, 8, 8) / 16), labels.astype(np.int64)
    test = stratified(labels, TEST_IMAGES, seed=0)
    train = np.setdiff1d(np.arange(len(labels)), test)
    return ImageData(images[train], labels[train], images[test], labels[test])


def framed(images: Array) -> Array:
    """Bilinear enlargement of (N, 8, 8) images in 0..1 to 20x20, zero-padded to (N, 28, 28) uint8 as MNIST was."""
    import torch  # as above

    small = torch.from_numpy(images)[:, None]
    large = torch.nn.functional.interpolate(small, size=(20, 20), mode="bilinear", align_corners=False)
    return torch.nn.functional.pad(large[:, 0] * 255, (4, 4, 4, 4)).round().byte().numpy()


SPEC = DatasetSpec(
    label=mark("scikit-learn digits"),
    description=mark(
        "1,797 digits of 8x8 pixels, enlarged: smaller and easier than MNIST, and here without a download."
    ),
    load=load,
)
