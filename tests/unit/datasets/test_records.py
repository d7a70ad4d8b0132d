"""Images that nobody writes to."""

from __future__ import annotations

import numpy as np
import pytest

from cnnviz.datasets import DATASETS
from cnnviz.datasets.records import ImageData


def test_image_data_cannot_be_written():
    data = ImageData(*(np.zeros((2, 28, 28), np.uint8), np.zeros(2, int)) * 2)
    with pytest.raises(ValueError, match="read-only"):
        data.train_images[0, 0, 0] = 1


@pytest.mark.parametrize("name", DATASETS)
def test_the_number_of_test_images_is_that_of_the_set(mnist, name):
    assert DATASETS[name].test_images == len(DATASETS[name].load().test_labels)
