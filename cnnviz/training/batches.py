"""The training images of a run, served in batches."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from cnnviz.training.augmentation import augmented


@dataclass(frozen=True)
class Batches:
    """The training images of one run as one normalised tensor, served in a fresh random order each epoch."""

    images: Tensor  # (N, 1, 28, 28)
    labels: Tensor  # (N,)
    size: int  # images per batch
    shift: float = 0.0  # pixels, and
    rotate: float = 0.0  # degrees by which each image is moved whenever it is served, at most

    def __len__(self) -> int:
        return math.ceil(len(self.labels) / self.size)

    def order(self) -> Tensor:
        """(N,) order of the next epoch: the one in which torch's shuffling DataLoader would serve the images."""
        torch.empty((), dtype=torch.int64).random_()  # DataLoader draws a seed for its workers first
        seed = int(torch.empty((), dtype=torch.int64).random_().item())
        return torch.randperm(len(self.labels), generator=torch.Generator().manual_seed(seed))

    def serve(self, order: Tensor, start: int = 0) -> Iterator[tuple[Tensor, Tensor]]:
        """The images in this order, from the start-th batch on."""
        for chosen in order.split(self.size)[start:]:
            images = self.images[chosen]
            moved = augmented(images, self.shift, self.rotate) if self.shift or self.rotate else images
            yield moved, self.labels[chosen]
