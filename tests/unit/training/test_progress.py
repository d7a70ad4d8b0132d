"""What a training counts."""

import math
from dataclasses import asdict

import pytest

from cnnviz import datasets
from cnnviz.settings import TrainingSettings
from cnnviz.training.loop import Training
from cnnviz.training.progress import Progress

# The counts in the state files of the first dashboards, as they were read back: all of them floats.
SAVED = {
    "step": 7.0,
    "images": 224.0,
    "seconds": 0.5,
    "epochs_done": 0.0,
    "vain_tests": 2.0,
    "lowest_loss": 1.25,
    "whole_loss": 14.0,
    "whole_right": 56.0,
    "whole_images": 224.0,
    "whole_batches": 7.0,
    "learning_rate": 0.001,
    "momentum": 0.0,
    "weight_decay": 0.0,
}


def test_the_counts_of_a_saved_state_are_read():
    progress = Progress.from_dict(SAVED)
    assert progress == Progress(7, 224, 0.5, 0, 2, 1.25, 14.0, 56, 224, 7)
    assert [type(value) for value in asdict(progress).values()] == [
        type(value) for value in asdict(Progress()).values()
    ]
    assert progress.epoch_means() == (2.0, 0.25)


def test_a_state_keeps_them_under_the_same_names():
    settings = TrainingSettings(dataset="digits", network="dense", subset=100, batch_size=50)
    state = Training(settings, datasets.load("digits")).state()
    assert {name for name in state if name.startswith("count/")} == {f"count/{name}" for name in SAVED}


def test_counting():
    progress = Progress()
    for loss, right in ((2.0, 1), (1.0, 3)):
        progress.count_update(4, 0.5)
        progress.count_batch(loss, right, 4)
    assert (progress.step, progress.images, progress.seconds) == (2, 8, 1.0)
    assert progress.epoch_means() == (1.5, 0.5)
    progress.end_epoch()
    assert progress == Progress(step=2, images=8, seconds=1.0, epochs_done=1)


@pytest.mark.parametrize(
    ("losses", "lowest", "vain"),
    [([], math.inf, 0), ([2.0, 1.0], 1.0, 0), ([1.0, 2.0, 1.0], 1.0, 2)],
)
def test_tests_in_vain_are_those_since_the_lowest_loss(losses, lowest, vain):
    progress = Progress()
    for loss in losses:
        progress.count_test(loss)
    assert (progress.lowest_loss, progress.vain_tests) == (lowest, vain)
