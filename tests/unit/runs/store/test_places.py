"""Store and artifacts wherever the environment puts them: kept there, or refused in a sentence at start."""

from __future__ import annotations

import time

import fsspec
import numpy as np
import pytest
from fsspec.implementations.memory import MemoryFileSystem
from fsspec.registry import known_implementations

from cnnviz.configuration import Configuration
from cnnviz.refusal import Refusal
from cnnviz.runs.store import current_artifacts, current_store, places


def refusal_of(tmp_path, **environment) -> str:
    with pytest.raises(Refusal) as refusal:
        places.check(Configuration.from_environment({"CNNVIZ_HOME": str(tmp_path / "home")} | environment))
    said = str(refusal.value)
    assert len(said.splitlines()) == 1
    assert len(said) < 600
    return said


STORES = {
    "no address": ("nonsense", "is no address of a database"),
    "no scheme": ("://", "is no address of a database"),
    "bad port": ("postgresql://host:port/runs", "is no address of a database"),
    "a line": ("a\nb", "CNNVIZ_STORE=a·b is no address"),
    "a million letters": ("x" * 10**6, "is no address of a database"),
    "no such database": ("no_such_database://x", "cannot be opened"),
    "a page": ("http://example.com/", "cannot be opened"),
    "no driver": ("sqlite+no_such_driver:////tmp/x.db", "cannot be opened"),
    "nowhere": ("sqlite:////no/such/folder/runs.db", "cannot be opened"),
    "a folder": ("sqlite:///{folder}", "cannot be opened"),
    "no database": ("sqlite:///{file}", "cannot be opened"),
    "in memory": ("sqlite://", "would be kept in the memory of one process"),
    "also in memory": ("sqlite:///:memory:", "would be kept in the memory of one process"),
    "shared memory": ("sqlite:///file::memory:?cache=shared&uri=true", "would be kept in the memory of one process"),
}


@pytest.mark.parametrize("case", STORES)
def test_a_store_that_cannot_be_is_refused(tmp_path, case):
    value, words = STORES[case]
    (tmp_path / "text").write_text("no database at all" * 100)
    said = refusal_of(tmp_path, CNNVIZ_STORE=value.format(folder=tmp_path, file=tmp_path / "text"))
    assert said.startswith("CNNVIZ_STORE=")
    assert words in said


@pytest.mark.parametrize("store", ["no_such_database://me:secret@host/runs", "postgresql://me:secret@host:port/runs"])
def test_no_password_is_shown(tmp_path, store):
    said = refusal_of(tmp_path, CNNVIZ_STORE=store)
    assert "me:***@host" in said
    assert "secret" not in said


ARTIFACTS = {
    "in memory": ("memory://", "each process would have a memory of its own"),
    "in memory, cached": ("simplecache::memory://x", "each process would have a memory of its own"),
    "no such scheme": ("no_such_scheme://bucket", "Protocol not known"),
    "no address": ("://", "it is no address"),
    "nor this": ("::", "it is no address"),
    "a file": ("{file}", "it is a file"),
    "a file by its scheme": ("file://{file}", "it is a file"),
    "in a file": ("{file}/weights", "cannot be used"),
    "only to read": ("data:,x", "cannot be used"),
    "letters that are none": ("a\x01b", "it is no address"),
}


@pytest.mark.parametrize("case", ARTIFACTS)
def test_artifacts_that_cannot_be_are_refused(tmp_path, case):
    value, words = ARTIFACTS[case]
    (tmp_path / "text").write_text("a file")
    said = refusal_of(tmp_path, CNNVIZ_ARTIFACTS=value.format(file=tmp_path / "text"))
    assert said.startswith("CNNVIZ_ARTIFACTS=")
    assert words in said


def test_a_scheme_whose_package_is_missing_is_refused_with_its_name(tmp_path, monkeypatch):
    far = {"class": "no_such_package.Files", "err": "Install no-such-package"}
    monkeypatch.setitem(known_implementations, "far", far)
    assert "Install no-such-package" in refusal_of(tmp_path, CNNVIZ_ARTIFACTS="far://bucket/runs")


def test_a_place_that_never_answers_is_refused(tmp_path, monkeypatch):
    class Hanging(MemoryFileSystem):
        protocol = "hanging"

        def makedirs(self, path, exist_ok=False):
            time.sleep(60)

    fsspec.register_implementation("hanging", Hanging, clobber=True)
    monkeypatch.setattr(places, "ANSWER", 0.3)
    assert "no answer in" in refusal_of(tmp_path, CNNVIZ_ARTIFACTS="hanging://x")


def test_everything_wrong_is_named_in_one_line(tmp_path):
    said = refusal_of(tmp_path, CNNVIZ_STORE="://", CNNVIZ_ARTIFACTS="memory://", CNNVIZ_HOEM="x", CNNVIZ_MIRRORS=",")
    for name in ("CNNVIZ_STORE=", "CNNVIZ_ARTIFACTS=", "CNNVIZ_HOEM is", "CNNVIZ_MIRRORS="):
        assert name in said


@pytest.mark.parametrize("name", ["a?b", "a#b", "a%20b", "a::b", "a b", "ä&ö", "memory"])
def test_a_home_may_have_any_name(tmp_path, monkeypatch, name):
    home = tmp_path / name
    monkeypatch.setenv("CNNVIZ_HOME", str(home))
    places.check(Configuration.from_environment())
    run_id, new = current_store().runs.create("training", "a run", {})
    assert new
    current_artifacts().save_weights(run_id, 1, {"a": np.ones(3, "f4")})
    assert (current_artifacts().load_weights(run_id, 1)["a"] == 1).all()
    assert (home / "runs.db").is_file()
    assert (home / "artifacts" / run_id / "0000001.safetensors").is_file()
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_places_elsewhere_are_used(tmp_path, monkeypatch):
    monkeypatch.setenv("CNNVIZ_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("CNNVIZ_STORE", f"  sqlite:///{tmp_path / 'elsewhere.db'}  ")
    monkeypatch.setenv("CNNVIZ_ARTIFACTS", (tmp_path / "weights").as_uri())
    places.check(Configuration.from_environment())
    current_store().runs.create("training", "a run", {})
    current_artifacts().save_weights("run", 1, {"a": np.ones(3, "f4")})
    assert (tmp_path / "elsewhere.db").is_file()
    assert (tmp_path / "weights" / "run" / "0000001.safetensors").is_file()
