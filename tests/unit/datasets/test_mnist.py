"""The data sets; the download is served from this computer."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from sklearn.datasets import load_digits

from cnnviz import datasets
from cnnviz.datasets import DATASETS, digits, mnist_files, splits
from cnnviz.datasets.records import DataUnavailable
from cnnviz.refusal import Refusal


@pytest.mark.parametrize("name", DATASETS)
def test_shapes_ranges_labels(mnist, name):
    data = datasets.load(name)
    for images, labels in ((data.train_images, data.train_labels), (data.test_images, data.test_labels)):
        assert images.shape == (len(labels), 28, 28)
        assert images.dtype == np.uint8
        assert images.max() == 255
        assert sorted(np.unique(labels)) == list(range(len(DATASETS[name].classes)))


def test_mnist_is_mnist(mnist):
    assert len(mnist.train_labels) == 60_000
    assert np.bincount(mnist.test_labels).tolist() == [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]
    assert mnist.test_labels[:10].tolist() == [7, 2, 1, 0, 4, 1, 4, 9, 5, 9]
    assert mnist.train_images.mean() / 255 == pytest.approx(0.1307, abs=5e-5)
    assert mnist.train_images.std() / 255 == pytest.approx(0.3081, abs=5e-5)


def test_digits_are_all_of_them_framed():
    data = datasets.load("digits")
    assert len(data.train_labels) + len(data.test_labels) == 1797
    assert data.train_images[:, :4].max() == data.train_images[:, :, 24:].max() == 0
    pixels = load_digits().images[:5] / 16
    middle = digits.framed(pixels)[:, 4:24, 4:24] / 255
    np.testing.assert_allclose(middle.mean(axis=(1, 2)), pixels.mean(axis=(1, 2)), atol=0.02)


def test_an_unknown_data_set_is_refused():
    with pytest.raises(Refusal, match="mnist, digits"):
        datasets.load("imagenet")


@pytest.mark.parametrize("count", [10, 100, 1000, 1420])
def test_a_subset_has_the_same_share_of_each_class(count):
    labels = datasets.load("digits").train_labels
    chosen = splits.stratified(labels, count, seed=3)
    assert len(set(chosen.tolist())) == count
    shares = np.bincount(labels[chosen]) - count * np.bincount(labels) / len(labels)
    assert abs(shares).max() <= 1
    np.testing.assert_array_equal(chosen, splits.stratified(labels, count, seed=3))


def test_the_whole_set_is_a_subset():
    labels = datasets.load("digits").train_labels
    assert len(splits.stratified(labels, 0, seed=0)) == len(splits.stratified(labels, len(labels), 0)) == len(labels)


# Files that are missing or damaged


@pytest.fixture(scope="session")
def originals(mnist) -> Path:
    """The folder of the real files."""
    return mnist_files.raw(mnist_files.locate())


def copy_of_mnist(source: Path, folder: Path) -> Path:
    target = mnist_files.raw(folder)
    target.mkdir(parents=True)
    for name in mnist_files.SHA256:
        (target / name).write_bytes((source / name).read_bytes())
    return target


@pytest.fixture
def nowhere(originals, home, monkeypatch):
    """No data set anywhere."""
    monkeypatch.delenv("CNNVIZ_DATA", raising=False)
    return home


def test_without_files_the_digits_are_the_default(nowhere):
    assert not datasets.is_available("mnist")
    assert datasets.default() == "digits"
    with pytest.raises(DataUnavailable, match="download it, or set CNNVIZ_DATA"):
        datasets.load("mnist")


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-100])


def magic(path: Path) -> None:
    path.write_bytes(b"\x00\x00\x00\x00" + path.read_bytes()[4:])


@pytest.mark.parametrize("damage", [flip, truncate, magic])
def test_a_damaged_file_is_named(originals, tmp_path, nowhere, monkeypatch, damage):
    folder = copy_of_mnist(originals, tmp_path / "data")
    monkeypatch.setenv("CNNVIZ_DATA", str(tmp_path / "data"))
    damage(folder / "t10k-labels-idx1-ubyte")
    assert "t10k-labels-idx1-ubyte is damaged, or of another data set" in datasets.problem("mnist")
    assert datasets.default() == "digits"


def test_a_good_copy_of_our_own_makes_up_for_a_damaged_one(originals, nowhere, monkeypatch, tmp_path):
    copy_of_mnist(originals, nowhere / "datasets")
    flip(copy_of_mnist(originals, tmp_path / "data") / "train-images-idx3-ubyte")
    monkeypatch.setenv("CNNVIZ_DATA", str(tmp_path / "data"))
    assert datasets.is_available("mnist")
