"""Train the demo runs that come with the project: `python -m assets.make_demo_runs`, with MNIST at hand."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from cnnviz.embedding.settings import EmbeddingSettings
from cnnviz.inspection.features import chosen_test_images
from cnnviz.runs import demo
from cnnviz.runs.records import RunKind
from cnnviz.runs.store import current_artifacts, current_store
from cnnviz.runs.work import training, worker
from cnnviz.settings import TrainingSettings

DEMOS = {
    "mnist": TrainingSettings(
        network="two_conv",
        normalisation="mnist",
        optimiser="sgd",
        learning_rate=0.01,
        momentum=0.9,
        batch_size=64,
        epochs=4,
    ),
    "digits": TrainingSettings(dataset="digits", network="two_conv", normalisation="mnist", batch_size=32, epochs=30),
}
NAMES = {"mnist": "Demo: two convolutions on MNIST", "digits": "Demo: two convolutions on digits"}


def work(kind: RunKind, name: str, settings: dict[str, object], run_id: str) -> None:
    """Do one run here and now."""
    store = current_store()
    store.runs.create(kind, name, settings, run_id=run_id)
    attempt = store.runs.claim(run_id)
    assert attempt is not None
    worker.work(run_id, attempt)
    print(run_id, store.runs.get(run_id))


def main() -> None:
    """Train, embed and export each demo run."""
    training.MAP_SHARE = 100.0  # a map at every snapshot, however long it takes
    with tempfile.TemporaryDirectory() as home:
        os.environ["CNNVIZ_HOME"] = home
        for dataset, settings in DEMOS.items():
            run_id = demo.RUN_OF[dataset]
            work("training", NAMES[dataset], settings.to_dict(), run_id)
            last = current_store().records.snapshots(run_id)[-1]
            images = len(chosen_test_images(dataset, 1500))
            embedding = {"run": run_id, "step": last, **vars(EmbeddingSettings(images=images))}
            work("embedding", f"Map of {run_id}", embedding, f"{run_id}-map")
            folder = Path(__file__).parent / f"demo_{dataset}"
            demo.export(current_store(), current_artifacts(), run_id, f"{run_id}-map", folder)
            print(folder, sum(path.stat().st_size for path in folder.iterdir()) // 1024, "KiB")


if __name__ == "__main__":
    main()
