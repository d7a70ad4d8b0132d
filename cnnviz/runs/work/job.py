"""Jobs: long works, each a record that the store keeps and a child process does."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Self

if TYPE_CHECKING:
    from cnnviz.runs.work.journal import Journal


class Job(ABC):
    """One kind of job: a frozen dataclass of what it needs to know.

    A page describes jobs without doing them: what the work needs (torch, above all) is imported by `work`.
    """

    kind: ClassVar[str]  # its name in the store and in WORK
    heavy: ClassVar[bool]  # whether it trains a network, and so waits until there is a processor for it alone

    @property
    @abstractmethod
    def name(self) -> str:
        """The name that its run gets by itself."""

    @abstractmethod
    def to_dict(self) -> dict[str, Any]:
        """Names and values, ready for JSON; equal for equal jobs."""

    @classmethod
    @abstractmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """The job of a stored run."""

    @abstractmethod
    def check(self) -> None:
        """Refuse, before it is queued, what the work would refuse."""

    @abstractmethod
    def work(self, journal: Journal) -> None:
        """Do it, and end the run in the journal.

        Raises:
            Refusal: it cannot be done. Stopped: a visitor asked for the end. RunLost: another worker owns the run.
        """
