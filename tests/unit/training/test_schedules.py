"""The learning rate over a training, against torch's schedules."""

import math

import pytest
import torch
from torch.optim.lr_scheduler import CosineAnnealingLR, OneCycleLR, StepLR

from cnnviz.training.schedules import FACTORS

STEPS = 300


def of_torch(name):
    optimiser = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
    scheduler = {
        "step": lambda: StepLR(optimiser, STEPS // 3, gamma=0.1),
        "cosine": lambda: CosineAnnealingLR(optimiser, STEPS),
        "one_cycle": lambda: OneCycleLR(optimiser, max_lr=1.0, total_steps=STEPS + 1, cycle_momentum=False),
    }[name]()
    rates = []
    for _ in range(STEPS):
        rates.append(optimiser.param_groups[0]["lr"])
        optimiser.step()
        scheduler.step()
    return rates


@pytest.mark.parametrize("name", ["step", "cosine", "one_cycle"])
def test_schedules_are_torchs(name):
    ours = [FACTORS[name](step / STEPS) for step in range(STEPS)]
    tolerance = 0.012 if name == "one_cycle" else 1e-9  # torch puts the peak one step earlier
    assert ours == pytest.approx(of_torch(name), abs=tolerance)


def test_the_ends():
    assert {FACTORS["constant"](done / 10) for done in range(11)} == {1.0}
    assert FACTORS["cosine"](1.0) == pytest.approx(0, abs=1e-12)
    assert FACTORS["one_cycle"](0.3) == pytest.approx(1)
    assert FACTORS["one_cycle"](0.0) == pytest.approx(1 / 25)
    assert all(
        0 <= rate(done / 100) <= 1 and math.isfinite(rate(done / 100))
        for rate in FACTORS.values()
        for done in range(101)
    )
