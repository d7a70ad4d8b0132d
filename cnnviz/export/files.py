"""Files of a training for other programs: settings (JSON), metrics (CSV), a TensorBoard log."""

from __future__ import annotations

import csv
import io
import json
import tempfile
from collections.abc import Sequence
from pathlib import Path

from cnnviz.settings import TrainingSettings
from cnnviz.training.records import LayerStatistics, Measurement


def settings_json(settings: TrainingSettings) -> str:
    """Settings by their names, as JSON."""
    return json.dumps(settings.to_dict(), indent=2) + "\n"


def metrics_csv(measurements: Sequence[Measurement]) -> str:
    """Measurements as CSV, one row each, with every digit of every number."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    names = list(Measurement.__dataclass_fields__)
    writer.writerow(names)
    writer.writerows([getattr(m, name) for name in names] for m in measurements)
    return text.getvalue()


def tensorboard_log(
    measurements: Sequence[Measurement], statistics: Sequence[LayerStatistics], *, started: float
) -> bytes:
    """TensorBoard event file: losses, accuracies, gradient norms and dead units by step.

    Args:
        measurements: of a run.
        statistics: of its layers.
        started: seconds since 1970.
    """
    from tensorboardX import SummaryWriter  # half a second to import

    with tempfile.TemporaryDirectory() as folder:
        with SummaryWriter(folder) as writer:
            for m in measurements:
                for name, value in (("loss", m.loss), ("accuracy", m.accuracy)):
                    writer.add_scalar(f"{name}/{m.split}", value, m.step, walltime=started + m.seconds)
            for one in statistics:
                for name, values in (("gradient_norm", one.gradient_norms), ("dead_units", one.dead)):
                    for layer, value in values.items():
                        writer.add_scalar(f"{name}/{layer}", value, one.step, walltime=started)
        (written,) = Path(folder).iterdir()
        return written.read_bytes()
