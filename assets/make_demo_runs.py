"""Train the demo runs that come with the project: `python -m assets.make_demo_runs`, with MNIST at hand."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from cnnviz.embedding.settings import EmbeddingSettings
from cnnviz.inspection.features import chosen_test_images
from cnnviz.runs import demo
from cnnviz.runs.store import current_artifacts, current_store
from cnnviz.runs.work import training, worker
from cnnviz.runs.work.embedding import EmbeddingJob
from cnnviz.runs.work.job import Job
from cnnviz.runs.work.training import TrainingJob
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


def work(job: Job, name: str, run_id: str) -> None:
    """Do one job here and now."""
    store = current_store()
    store.runs.create(job.kind, name, job.to_dict(), run_id=run_id)
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
            work(TrainingJob(settings), NAMES[dataset], run_id)
            last = current_store().records.snapshots(run_id)[-1]
            images = len(chosen_test_images(dataset, 1500))
            job = EmbeddingJob(run_id, last, EmbeddingSettings(images=images))
            work(job, job.name, f"{run_id}-map")
            folder = Path(__file__).parent / f"demo_{dataset}"
            demo.export(current_store(), current_artifacts(), run_id, f"{run_id}-map", folder)
            print(folder, sum(path.stat().st_size for path in folder.iterdir()) // 1024, "KiB")


if __name__ == "__main__":
    main()
