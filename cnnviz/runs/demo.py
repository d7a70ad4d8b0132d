"""Demo runs: small trainings that come with the project, so that every page shows something at once.

A folder holds run.json (the training, its measurements and statistics, its embedding), the weights at several steps,
the frames of the embedding and those of the live map; all of it was written by `export` from a finished run.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import load_file, save_file

from cnnviz.configuration import ROOT
from cnnviz.embedding.records import Frame
from cnnviz.refusal import Refusal, quoted
from cnnviz.runs.records import Run
from cnnviz.runs.store.artifacts import Artifacts
from cnnviz.runs.store.record_tables import Records
from cnnviz.runs.store.store import Store
from cnnviz.training.records import LayerStatistics, Measurement

ASSETS = ROOT / "assets"
RUN_OF = {"mnist": "demo-mnist", "digits": "demo-digits"}  # data set: demo run


def is_demo(run_id: str) -> bool:
    """Whether a run comes with the project."""
    return run_id.startswith("demo-")


def install(store: Store, artifacts: Artifacts, assets: Path = ASSETS) -> None:
    """Bring every demo run of the project into the store, once."""
    for folder in sorted(assets.glob("demo_*/")):
        text = (folder / "run.json").read_text("utf-8")
        digest = hashlib.sha256(text.encode()).hexdigest()
        content = json.loads(text)
        known = store.runs.get(content["run"]["id"])
        if known is None or known.result.get("bundle") != digest:
            _install(store, artifacts, folder, content, digest)


def _install(store: Store, artifacts: Artifacts, folder: Path, content: dict[str, Any], digest: str) -> None:
    steps = sorted(int(path.stem) for path in folder.glob("[0-9]*.safetensors"))
    run, map_run = Run.from_dict(content["run"]), Run.from_dict(content["embedding"])
    for step in steps:
        artifacts.save_weights(run.id, step, load_file(folder / f"{step:07d}.safetensors"))
    measurements = [Measurement(*row) for row in zip(*content["measurements"].values(), strict=True)]
    statistics = [LayerStatistics(**row) for row in content["statistics"]]
    records = Records(measurements, statistics, steps, _read_frames(folder / "live_map.safetensors"))
    store.adopt(replace(run, result={"bundle": digest}), records)
    store.adopt(map_run, Records(frames=_read_frames(folder / "embedding.safetensors")))


def export(store: Store, artifacts: Artifacts, run_id: str, map_id: str, folder: Path) -> None:
    """Write a finished training and its embedding as a folder that `install` reads."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    for step in store.records.snapshots(run_id):
        save_file(artifacts.load_weights(run_id, step), folder / f"{step:07d}.safetensors")
    _write_frames(folder / "embedding.safetensors", store.records.frames(map_id))
    _write_frames(folder / "live_map.safetensors", store.records.frames(run_id))
    content = {
        "run": _run_of(store, run_id),
        "embedding": _run_of(store, map_id),
        "measurements": _columns(store.records.measurements(run_id)[0]),
        "statistics": [vars(one) for one in store.records.statistics(run_id)],
    }
    (folder / "run.json").write_text(json.dumps(content, separators=(",", ":")) + "\n", "utf-8")


def _run_of(store: Store, run_id: str) -> dict[str, Any]:
    """A run as names and values."""
    run = store.runs.get(run_id)
    if run is None:
        raise Refusal("There is no run {run} in the store.", run=quoted(run_id))
    return run.to_dict()


def _columns(measurements: list[Measurement]) -> dict[str, list[Any]]:
    """Measurements by column, with six digits: a third of the bytes of one object for each."""
    rounded = lambda value: float(f"{value:.6g}") if isinstance(value, float) else value  # noqa: E731
    return {name: [rounded(getattr(m, name)) for m in measurements] for name in Measurement.__dataclass_fields__}


def _write_frames(path: Path, frames: list[Frame]) -> None:
    """Frames as arrays by their iteration."""
    arrays = {f"{f.iteration:07d}": np.ascontiguousarray(f.positions, np.float16) for f in frames}
    save_file({**arrays, "kl_divergence": np.array([f.kl_divergence for f in frames])}, path)


def _read_frames(path: Path) -> list[Frame]:
    """The frames of an embedding; float16 is finer than a pixel of the map."""
    arrays = load_file(path)
    divergences = arrays.pop("kl_divergence")
    names = sorted(arrays)
    return [
        Frame(int(name), arrays[name].astype(np.float32), float(kl))
        for name, kl in zip(names, divergences, strict=True)
    ]
