"""Mini-batches of the training images."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from cnnviz.training.augmentation import augmented


@dataclass(frozen=True)
class Batches:
    """Mini-batches of one normalised tensor of training images, shuffled anew each epoch."""

    images: Tensor  # (N, 1, 28, 28)
    labels: Tensor  # (N,)
    size: int  # images per batch
    shift: float = 0.0  # augmentation whenever a batch is served: pixels, at most
    rotate: float = 0.0  # and degrees, at most

    def __len__(self) -> int:
        return math.ceil(len(self.labels) / self.size)

    def order(self) -> Tensor:
        """Permutation (N,) of the next epoch, the same that torch's shuffling DataLoader would draw."""
        # DataLoader takes two numbers from the global generator: a seed for its workers, then one for its sampler.
        torch.empty((), dtype=torch.int64).random_()
        seed = int(torch.empty((), dtype=torch.int64).random_().item())
        return torch.randperm(len(self.labels), generator=torch.Generator().manual_seed(seed))

    def serve(self, order: Tensor, start: int = 0) -> Iterator[tuple[Tensor, Tensor]]:
        """Batches (images, labels) in this order, from batch `start` on."""
        for chosen in order.split(self.size)[start:]:
            images = self.images[chosen]
            if self.shift or self.rotate:
                images = augmented(images, self.shift, self.rotate)
            yield images, self.labels[chosen]
