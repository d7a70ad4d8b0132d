"""Records of runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from cnnviz.language import Sentence, mark, say
from cnnviz.settings import TrainingSettings

RunKind = str  # a key of cnnviz.runs.work.WORK
RunState = Literal[
    "queued", "running", "paused", "suspended", "finished", "stopped", "diverged", "failed", "crashed", "interrupted"
]
STATES: Mapping[RunState, str] = {
    "queued": mark("queued"),
    "running": mark("running"),
    "paused": mark("paused"),
    "suspended": mark("paused"),  # without a worker: it gave its place to a run that waited
    "finished": mark("finished"),
    "stopped": mark("stopped"),
    "diverged": mark("diverged"),
    "failed": mark("failed"),
    "crashed": mark("crashed"),
    "interrupted": mark("interrupted"),
}
ACTIVE: frozenset[str] = frozenset(("queued", "running", "paused", "suspended"))
HELD: frozenset[str] = frozenset(("queued", "running", "paused"))  # by a process that gives signs of life
OWNED: frozenset[str] = frozenset(("running", "paused"))  # by a worker


@dataclass(frozen=True)
class Run:
    """One row of the run store: a job, and how far it is."""

    id: str
    kind: RunKind
    name: str
    settings: Mapping[str, Any]
    state: RunState
    message: Sentence | None  # how it ended, where its state does not say all
    attempt: int  # counts the workers that have owned this run
    step: int  # done
    steps: int  # of the whole; 0 until known
    accuracy: float | None  # on test images, the latest
    result: Mapping[str, Any]  # of the job, when it has one and is finished
    created: float  # seconds since 1970
    finished: float | None

    @property
    def active(self) -> bool:
        """Whether it still can change."""
        return self.state in ACTIVE

    @property
    def waits(self) -> bool:
        """Whether it waits for its visitor: to resume, or to make one step."""
        return self.state in ("paused", "suspended")

    @property
    def state_in_words(self) -> str:
        """The state as it is shown."""
        return say(STATES[self.state])

    @property
    def training_settings(self) -> TrainingSettings:
        """The settings of a training run."""
        return TrainingSettings.from_dict(self.settings)

    def file_name(self, step: int) -> str:
        """What a file of this run at a step is called, but for its ending: "cnnviz-two_conv-a01e45-step3752"."""
        short = self.id if "-" in self.id else self.id[:6]  # a demo run has a name of its own
        return f"cnnviz-{self.training_settings.network}-{short}-step{step}"

    def to_dict(self) -> dict[str, Any]:
        """Names and values, ready for JSON."""
        return {**vars(self), "message": self.message and self.message.to_dict()}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Run:
        """The run that `to_dict` gave."""
        message = values["message"]
        return cls(**{**values, "message": Sentence.from_dict(message) if message else None})
