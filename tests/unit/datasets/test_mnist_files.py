"""MNIST as people have it: found by its content under every name, nesting and packing, or what is there is told."""

from __future__ import annotations

import bz2
import gzip
import lzma
import os
import shutil
import sys
import tarfile
import zipfile
from pathlib import Path

import numpy as np
import pytest

from cnnviz import datasets
from cnnviz.datasets import mnist_files, mnist_search
from cnnviz.datasets.mnist_files import SHA256

ORIGINAL = "train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"
DOTTED = [name.replace("-idx", ".idx") for name in ORIGINAL]
OTHER = ["train_images", "y", "test data.bin", "x" * 100]


@pytest.fixture(scope="session")
def contents(mnist) -> dict[str, bytes]:
    """The real files."""
    folder = mnist_files.raw(mnist_files.locate())
    return {name: (folder / name).read_bytes() for name in SHA256}


@pytest.fixture
def data(contents, home, monkeypatch, tmp_path_factory) -> Path:
    """An empty folder that CNNVIZ_DATA names, and MNIST nowhere else."""
    folder = tmp_path_factory.mktemp("data")
    monkeypatch.setenv("CNNVIZ_DATA", str(folder))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def flat(names):
    def lay(folder, contents):
        for name, content in zip(names, contents.values(), strict=True):
            (folder / name).write_bytes(content)

    return lay


def nested(folder, contents):
    """As some programs unzip: each file in a folder of its own name."""
    for name, content in contents.items():
        (folder / "MNIST" / "raw" / name).mkdir(parents=True)
        (folder / "MNIST" / "raw" / name / name).write_bytes(content)


def compressed(pack, ending):
    def lay(folder, contents):
        for name, content in contents.items():
            (folder / f"{name}{ending}").write_bytes(pack(content))

    return lay


def zipped(folder, contents):
    with zipfile.ZipFile(folder / "archive.zip", "w") as archive:
        for name, content in contents.items():
            archive.writestr(f"{name}/{name}", content)


def zip_of_gz(folder, contents):
    with zipfile.ZipFile(folder / "mnist (1).zip", "w") as archive:
        for name, content in contents.items():
            archive.writestr(f"mnist/{name}.gz", gzip.compress(content, 1))


def tarred(folder, contents):
    flat(ORIGINAL)(folder, contents)
    with tarfile.open(folder / "mnist.tgz", "w:gz", compresslevel=1) as archive:
        for name in contents:
            archive.add(folder / name, f"MNIST/raw/{name}")
            (folder / name).unlink()


def arrays(contents, kind=np.uint8):
    images = {name: np.frombuffer(content, np.uint8, offset=16).reshape(-1, 28, 28) for name, content in
              contents.items() if "images" in name}  # fmt: skip
    labels = {name: np.frombuffer(content, np.uint8, offset=8).astype(kind) for name, content in
              contents.items() if "labels" in name}  # fmt: skip
    return images | labels


def keras(folder, contents):
    train_images, test_images, train_labels, test_labels = arrays(contents).values()
    np.savez(folder / "mnist.npz", x_test=test_images, x_train=train_images, y_train=train_labels, y_test=test_labels)


def arrays_in_rows(folder, contents):
    for number, array in enumerate(arrays(contents, np.int64).values()):
        np.save(folder / f"part{number}.npy", array.reshape(len(array), -1))


def among_others(folder, contents):
    (folder / "other").mkdir()
    (folder / "other" / "train-images-idx3-ubyte").write_bytes(bytes(47_040_016))  # another data set of this name
    (folder / "a.zip").write_bytes(b"PK\x03\x04 no archive")
    (folder / "b.gz").write_bytes(b"\x1f\x8b\x08 no archive")
    (folder / "c.npy").write_bytes(b"\x93NUMPY no array")
    if sys.platform != "win32":
        os.mkfifo(folder / "pipe")
    (folder / "loop").symlink_to(folder, target_is_directory=True)
    (folder / "deep" / "er").mkdir(parents=True)
    flat(DOTTED)(folder / "deep" / "er", contents)


LAYOUTS = {
    "side by side": flat(ORIGINAL),
    "with dots": flat(DOTTED),
    "any names": flat(OTHER),
    "unzipped": nested,
    "gz": compressed(lambda content: gzip.compress(content, 1), ".gz"),
    "bz2": compressed(lambda content: bz2.compress(content, 1), ".bz2"),
    "xz": compressed(lambda content: lzma.compress(content, preset=0), ".xz"),
    "zip": zipped,
    "zip of gz": zip_of_gz,
    "tar": tarred,
    "npz": keras,
    "npy": arrays_in_rows,
    "among others": among_others,
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_it_is_found_by_its_content(contents, data, home, layout):
    LAYOUTS[layout](data, contents)
    before = sorted(path for path in data.rglob("*") if "loop" not in path.parts)
    assert datasets.problem("mnist") is None
    assert mnist_files.locate() == home / "datasets"
    for name, content in contents.items():
        assert (mnist_files.raw(home / "datasets") / name).read_bytes() == content
    assert sorted(path for path in data.rglob("*") if "loop" not in path.parts) == before  # the folder is only read


@pytest.mark.parametrize("named", [".", "MNIST", "MNIST/raw"])
def test_the_folder_may_be_named_at_any_height(contents, data, monkeypatch, named):
    mnist_files.raw(data).mkdir(parents=True)
    flat(ORIGINAL)(mnist_files.raw(data), contents)
    monkeypatch.setenv("CNNVIZ_DATA", str(data / named))
    assert mnist_files.locate() == data  # read where it is


def test_the_variable_may_name_an_archive(contents, data, monkeypatch):
    keras(data, contents)
    monkeypatch.setenv("CNNVIZ_DATA", str(data / "mnist.npz"))
    assert datasets.is_available("mnist")


def test_parts_in_several_forms_make_one_whole(contents, data):
    (data / "a").write_bytes(contents[ORIGINAL[0]])
    (data / "b.gz").write_bytes(gzip.compress(contents[ORIGINAL[1]]))
    with zipfile.ZipFile(data / "c.zip", "w") as archive:
        for name in ORIGINAL[2:]:
            archive.writestr(name, contents[name])
    assert datasets.is_available("mnist")


def test_what_is_there_and_what_is_missing_is_told(contents, data):
    (data / "some.gz").write_bytes(gzip.compress(contents["train-labels-idx1-ubyte"]))
    with zipfile.ZipFile(data / "c.zip", "w") as archive:
        archive.writestr("labels", contents["t10k-labels-idx1-ubyte"])
    told = datasets.problem("mnist")
    assert f"train-labels-idx1-ubyte lies in {data / 'some.gz'}" in told
    assert f"t10k-labels-idx1-ubyte lies in {data / 'c.zip'}: labels" in told
    assert "missing: train-images-idx3-ubyte and t10k-images-idx3-ubyte" in told


def test_a_folder_in_place_of_a_file_is_told(contents, data):
    mnist_files.raw(data).mkdir(parents=True)
    flat(ORIGINAL)(mnist_files.raw(data), contents)
    (mnist_files.raw(data) / "t10k-labels-idx1-ubyte").unlink()
    (mnist_files.raw(data) / "t10k-labels-idx1-ubyte").mkdir()
    assert "missing: t10k-labels-idx1-ubyte" in datasets.problem("mnist")


@pytest.mark.skipif(sys.platform == "win32", reason="there are no named pipes")
def test_a_pipe_in_place_of_a_file_does_not_hang(contents, data):
    mnist_files.raw(data).mkdir(parents=True)
    flat(ORIGINAL)(mnist_files.raw(data), contents)
    (mnist_files.raw(data) / "t10k-labels-idx1-ubyte").unlink()
    os.mkfifo(mnist_files.raw(data) / "t10k-labels-idx1-ubyte")
    assert "missing: t10k-labels-idx1-ubyte" in datasets.problem("mnist")


def test_files_of_these_names_and_another_content_are_named(data):
    (data / "train-labels.idx1-ubyte").write_bytes(bytes(60_008))
    assert "train-labels.idx1-ubyte is damaged, or of another data set" in datasets.problem("mnist")


def test_a_folder_without_end_is_left(data, monkeypatch):
    monkeypatch.setattr(mnist_search, "MOST_FILES", 5)
    for number in range(20):
        (data / str(number)).write_bytes(b"x")
    assert "MNIST is not on this computer yet" in datasets.problem("mnist")


def test_no_room_to_unpack_is_a_sentence(contents, data, home):
    keras(data, contents)
    (home / "datasets").write_bytes(b"a file where the folder should be")
    assert "cannot be unpacked into" in datasets.problem("mnist")


def test_a_small_file_that_unfolds_to_gigabytes_takes_no_memory(monkeypatch):
    monkeypatch.setattr(mnist_search, "MOST_BYTES", 10**6)
    for pack in (gzip.compress, bz2.compress, lzma.compress):
        assert len(mnist_search.unfolded(pack(bytes(10**7)))) == 10**6
