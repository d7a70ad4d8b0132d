"""What all tests share: a data folder of their own, and the real MNIST."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def pytest_configure(config: pytest.Config) -> None:
    """Let everything that the tests write go to a folder that is deleted at the end."""
    os.environ["OMP_NUM_THREADS"] = "1"  # threads of torch that wait for each other slow a busy machine down manifold
    from cnnviz.configuration import Configuration

    user = Configuration.from_environment()
    if user.data is None:
        os.environ["CNNVIZ_DATA"] = str(user.home / "datasets")  # where the dashboard of this user keeps MNIST
        (user.home / "datasets").mkdir(parents=True, exist_ok=True)
    config.stash[HOME] = tempfile.TemporaryDirectory(prefix="cnnviz-tests-", ignore_cleanup_errors=True)
    os.environ["CNNVIZ_HOME"] = config.stash[HOME].name
    os.environ.pop("CNNVIZ_STORE", None)
    os.environ.pop("CNNVIZ_ARTIFACTS", None)
    os.environ.pop("CNNVIZ_LANGUAGE", None)


# Files that take longest, by their names, the longest first: what is begun last is then short, and all workers end
# together.
LONGEST = (
    "test_screens",
    "test_gestures",
    "test_refusals",
    "test_jobs",
    "test_loop",
    "test_convolution_view",
    "test_dashboard",
    "test_training",
    "test_controls",
    "test_training_page",
    "test_recipes",
    "test_requests",
    "test_plotly_view",
    "test_files",
    "test_download",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files first."""
    rank = {name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: (rank.get(item.path.stem, len(rank)), str(item.path)))


def pytest_unconfigure(config: pytest.Config) -> None:
    """Delete what the tests wrote."""
    config.stash[HOME].cleanup()


HOME = pytest.StashKey[tempfile.TemporaryDirectory]()


def missing(what: str) -> None:
    """A thing that a test needs is not here: a failure where tests are the gate, else a skip."""
    if os.environ.get("CI"):
        pytest.fail(f"{what} is missing", pytrace=False)
    pytest.skip(f"{what} is missing")


@pytest.fixture(scope="session")
def mnist():
    """The real MNIST; downloaded when it is nowhere on this computer."""
    from cnnviz import datasets
    from cnnviz.datasets.records import DataUnavailable

    try:
        return datasets.load("mnist")
    except DataUnavailable:
        pass
    try:
        datasets.DATASETS["mnist"].fetch(lambda done, total: None)
        return datasets.load("mnist")
    except DataUnavailable as problem:
        return missing(f"MNIST ({problem})")


@pytest.fixture(scope="session")
def digits_data():
    """The digits of scikit-learn."""
    from cnnviz import datasets

    return datasets.load("digits")


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A data folder for one test."""
    monkeypatch.setenv("CNNVIZ_HOME", str(tmp_path))
    return tmp_path


@pytest.fixture
def quoting(tmp_path, monkeypatch):
    """A language in which every sentence of the catalogue stands between « and »."""
    from babel.messages.mofile import write_mo

    from cnnviz import language
    from tests import sentences

    catalogue = sentences.kept()
    for message in catalogue:
        if message.id:
            said = [f"«{one}»" for one in ([message.id] if isinstance(message.id, str) else message.id)]
            message.string = said[0] if len(said) == 1 else said
    folder = tmp_path / "quoting" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    with (folder / "cnnviz.mo").open("wb") as file:
        write_mo(file, catalogue)
    monkeypatch.setattr(language, "LOCALES", tmp_path)
    monkeypatch.setenv("CNNVIZ_LANGUAGE", "quoting")
    language.catalogue_of.cache_clear()
    yield
    language.catalogue_of.cache_clear()


@pytest.fixture(scope="session")
def wheel(tmp_path_factory):
    """The file that `pip install .` makes and installs."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder], cwd=ROOT, check=True)
    (file,) = folder.glob("*.whl")
    return file
