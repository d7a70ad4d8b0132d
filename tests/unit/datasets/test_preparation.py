"""What a network sees, against torchvision and plain loops."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torchvision import transforms
from torchvision.transforms.v2 import functional as tv

from cnnviz import datasets
from cnnviz.datasets.preparation import normalised, prepared, shuffled
from cnnviz.settings import NORMALISATIONS, TrainingSettings
from cnnviz.training.augmentation import augmented, noisy_labels


@pytest.mark.parametrize("name", NORMALISATIONS)
def test_normalisation_is_torchvisions(name):
    image = datasets.load("digits").test_images[0]
    mean, deviation = NORMALISATIONS[name]
    expected = transforms.ToTensor()(image.copy())
    if name != "none":
        expected = transforms.Normalize((mean,), (deviation,))(expected)
    assert torch.equal(normalised(image[None], name)[0], expected)


def test_shuffling_moves_every_image_in_the_same_way_and_loses_nothing():
    images = torch.randperm(3 * 28 * 28).reshape(3, 1, 28, 28) / (3 * 28 * 28)  # no two pixels alike
    moved = shuffled(images)
    assert not torch.equal(moved, images)
    assert torch.equal(moved.flatten(1).sort().values, images.flatten(1).sort().values)
    where = [int((images[0].flatten() == value).nonzero()) for value in moved[0].flatten()]
    assert torch.equal(moved[1].flatten(), images[1].flatten()[where])
    pixels = datasets.load("digits").test_images[:2]
    settings = TrainingSettings(normalisation="mnist")
    assert torch.equal(prepared(pixels, settings), normalised(pixels, "mnist"))
    assert torch.equal(prepared(pixels, settings.but(shuffle_pixels=True)), shuffled(normalised(pixels, "mnist")))


@given(st.floats(0, 1), st.integers(0, 1000))
def test_so_many_labels_are_wrong(share, seed):
    labels = np.arange(200) % 10
    noisy = noisy_labels(labels, share, seed)
    assert (noisy != labels).sum() == round(share * 200)
    assert ((noisy >= 0) & (noisy < 10)).all()
    np.testing.assert_array_equal(noisy, noisy_labels(labels, share, seed))
    np.testing.assert_array_equal(labels, np.arange(200) % 10)


def test_nothing_moves_without_shift_and_rotation():
    images = torch.rand(4, 1, 28, 28)
    assert torch.allclose(augmented(images, 0, 0), images, atol=1e-5)


def test_a_shift_is_a_shift(monkeypatch):
    images = torch.rand(1, 1, 28, 28)
    monkeypatch.setattr(torch, "rand", lambda *_: torch.tensor([[0.5], [1.0], [0.0]]))  # 3 right, 3 up
    moved = augmented(images, 3, 0)
    assert torch.allclose(moved[0, 0, 5:20, 5:20], images[0, 0, 2:17, 8:23], atol=1e-5)


def test_a_turn_is_torchvisions(monkeypatch):
    image = normalised(datasets.load("digits").test_images[:1], "none")
    monkeypatch.setattr(torch, "rand", lambda *_: torch.tensor([[1.0], [0.5], [0.5]]))
    turned = augmented(image, 0, 30)
    expected = tv.rotate(image, -30, interpolation=tv.InterpolationMode.BILINEAR)
    other = tv.rotate(image, 30, interpolation=tv.InterpolationMode.BILINEAR)
    inner = slice(6, 22)
    closest = min((turned - e)[..., inner, inner].abs().max() for e in (expected, other))
    assert closest < 1e-4


def test_images_move_within_their_limits():
    torch.manual_seed(0)
    image = torch.zeros(200, 1, 28, 28)
    image[:, :, 14, 14] = 1
    rows, columns = (augmented(image, 2, 0).sum(dim).argmax(-1).flatten() for dim in (3, 2))
    assert rows.min() >= 12
    assert rows.max() <= 16
    assert len(rows.unique()) == 5
    assert len(columns.unique()) == 5
