"""Downloads: the files of a data set, fetched in the background."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

from cnnviz.runs.work.job import Job
from cnnviz.runs.work.journal import Journal


@dataclass(frozen=True)
class DownloadJob(Job):
    """Fetch the files of a data set."""

    kind = "download"
    heavy = False
    dataset: str  # of DATASETS

    @property
    def name(self) -> str:
        """That of the data set."""
        from cnnviz.datasets import DATASETS

        return DATASETS[self.dataset].label

    def to_dict(self) -> dict[str, Any]:
        """Names and values, ready for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """The job of a stored run."""
        return cls(values["dataset"])

    def check(self) -> None:
        """Whether a mirror has the files is known only when they are asked for."""

    def work(self, journal: Journal) -> None:
        """Download, unless the data set needs no download."""
        from cnnviz.datasets import DATASETS

        fetch = DATASETS[self.dataset].fetch
        if fetch is not None:
            fetch(journal.progress)
        journal.finish("finished")
