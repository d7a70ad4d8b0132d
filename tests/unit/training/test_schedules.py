"""The learning rate over a training, against torch's schedules."""

import math

import pytest
import torch
from torch.optim.lr_scheduler import CosineAnnealingLR, OneCycleLR, StepLR

from cnnviz.training.schedules import FACTORS


def of_torch(name, steps):
    optimiser = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
    scheduler = {
        "step": lambda: StepLR(optimiser, steps // 3, gamma=0.1),
        "cosine": lambda: CosineAnnealingLR(optimiser, steps),
        "one_cycle": lambda: OneCycleLR(optimiser, max_lr=1.0, total_steps=steps, cycle_momentum=False),
    }[name]()
    rates = []
    for _ in range(steps):
        rates.append(optimiser.param_groups[0]["lr"])
        optimiser.step()
        scheduler.step()
    return rates


@pytest.mark.parametrize("steps", [3, 6, 12, 45, 300, 938])
@pytest.mark.parametrize("name", ["step", "cosine", "one_cycle"])
def test_schedules_are_torchs(name, steps):
    steps -= steps % 3 if name == "step" else 0  # torch's step decay has thirds of equal length
    assert [FACTORS[name](now, steps) for now in range(steps)] == pytest.approx(of_torch(name, steps), abs=1e-9)


def test_the_ends():
    assert {FACTORS["constant"](now, 10) for now in range(11)} == {1.0}
    assert FACTORS["cosine"](10, 10) == pytest.approx(0, abs=1e-12)
    assert FACTORS["one_cycle"](29, 100) == pytest.approx(1)
    assert FACTORS["one_cycle"](0, 100) == pytest.approx(1 / 25)
    assert all(
        0 <= rate(now, steps) <= 1 and math.isfinite(rate(now, steps))
        for rate in FACTORS.values()
        for steps in range(1, 60)
        for now in range(steps + 1)
    )
