"""Progress of a training: all that it counts, so that a saved state holds it whole."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass


@dataclass
class Progress:
    """Counts of a training; `asdict` gives them all, by the names under which a saved state keeps them."""

    step: int = 0  # optimiser updates done
    images: int = 0  # training images seen
    seconds: float = 0.0  # of training, tests left out
    epochs_done: int = 0
    vain_tests: int = 0  # since the lowest test loss
    lowest_loss: float = math.inf  # nats per image, of the test sample
    whole_loss: float = 0.0  # sums over the batches of the epoch under way: of their mean losses,
    whole_right: int = 0  # right predictions,
    whole_images: int = 0  # images,
    whole_batches: int = 0  # and batches

    @classmethod
    def from_dict(cls, counts: Mapping[str, float]) -> Progress:
        """The progress that `asdict` gave, from plain numbers; other names are ignored."""
        return cls(**{name: type(start)(counts[name]) for name, start in asdict(cls()).items()})

    def count_update(self, images: int, seconds: float) -> None:
        """One step of the optimiser."""
        self.step += 1
        self.images += images
        self.seconds += seconds

    def count_batch(self, loss: float, right: int, images: int) -> None:
        """One batch of the epoch under way, with its mean loss and its right predictions."""
        self.whole_loss += loss
        self.whole_right += right
        self.whole_images += images
        self.whole_batches += 1

    def count_test(self, loss: float) -> None:
        """One test, with its loss."""
        self.vain_tests = 0 if loss < self.lowest_loss else self.vain_tests + 1
        self.lowest_loss = min(loss, self.lowest_loss)

    def epoch_means(self) -> tuple[float, float]:
        """Mean of the batch losses, and accuracy, of the epoch under way."""
        return self.whole_loss / self.whole_batches, self.whole_right / self.whole_images

    def end_epoch(self) -> None:
        """The next epoch begins with empty sums."""
        self.epochs_done += 1
        self.whole_loss, self.whole_right, self.whole_images, self.whole_batches = 0.0, 0, 0, 0
