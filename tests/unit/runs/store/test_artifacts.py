import os

import numpy as np
import pytest

from cnnviz.refusal import Refusal
from cnnviz.runs.store.artifacts import Artifacts

WEIGHTS = {"conv1.weight": np.arange(12, dtype=np.float32).reshape(1, 1, 3, 4), "norm1.count": np.array(7)}


@pytest.fixture(params=["folder", "memory://artifacts"])
def artifacts(request, tmp_path) -> Artifacts:
    return Artifacts(str(tmp_path / "a b") if request.param == "folder" else request.param)


def test_weights_come_back(artifacts):
    artifacts.save_weights("run-1", 20, WEIGHTS)
    artifacts.save_weights("run-1", 20, WEIGHTS)
    loaded = artifacts.load_weights("run-1", 20)
    assert loaded.keys() == WEIGHTS.keys()
    assert all(
        np.array_equal(loaded[name], WEIGHTS[name]) and loaded[name].dtype == WEIGHTS[name].dtype for name in WEIGHTS
    )


def test_missing_weights_are_refused(artifacts):
    with pytest.raises(Refusal, match="run-2 at step 5 are missing or damaged"):
        artifacts.load_weights("run-2", 5)


@pytest.mark.parametrize("keep", [0, 5, 60, -3])
def test_damaged_weights_are_refused(tmp_path, keep):
    artifacts = Artifacts(str(tmp_path))
    artifacts.save_weights("run", 1, WEIGHTS)
    path = tmp_path / "run" / "0000001.safetensors"
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(Refusal, match="damaged"):
        artifacts.load_weights("run", 1)


def test_nothing_temporary_stays(tmp_path):
    Artifacts(str(tmp_path)).save_weights("run", 1, WEIGHTS)
    assert [path.name for path in (tmp_path / "run").iterdir()] == ["0000001.safetensors"]


def test_a_folder_that_cannot_be_written_is_named_without_numbers_and_paths(tmp_path):
    (tmp_path / "file").write_text("")
    artifacts = Artifacts(str(tmp_path / "file" / "below"))
    with pytest.raises(Refusal, match=r"^The weights cannot be kept \(Not a directory\): make the folder") as refused:
        artifacts.save_weights("run", 1, WEIGHTS)
    assert str(tmp_path) not in str(refused.value)
    assert "Errno" not in str(refused.value)
    assert artifacts.load_state("run") is None
    assert not artifacts.has_state("run")


def test_a_full_disk_is_named(tmp_path):
    artifacts = Artifacts(str(tmp_path))
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / f"0000001.safetensors.{os.getpid()}.tmp").symlink_to("/dev/full")
    with pytest.raises(Refusal, match=r"^The disk is full; free some space and start again\."):
        artifacts.save_weights("run", 1, WEIGHTS)
