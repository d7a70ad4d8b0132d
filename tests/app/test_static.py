"""Files that the browser keeps."""

import os
from pathlib import Path

import plotly
import pytest

from cnnviz.ui.components.shared import static


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(static, "FOLDER", tmp_path / "static")
    static.serve_plotly.cache_clear()
    yield tmp_path / "static"
    static.serve_plotly.cache_clear()


def test_a_content_has_one_name(folder):
    address = static.serve(b"abc", ".bin")
    assert static.serve(b"abc", ".bin") == address
    assert static.serve(b"abd", ".bin") != address
    assert (folder / address.removeprefix("app/static/")).read_bytes() == b"abc"
    assert len(list(folder.iterdir())) == 2


def test_plotly_is_that_of_the_installed_package(folder):
    assert static.serve_plotly() == f"app/static/plotly-{plotly.__version__}.min.js"
    package = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
    assert (folder / static.PLOTLY_JS).read_bytes() == package.read_bytes()


def test_what_is_old_goes_and_plotly_stays(folder):
    static.serve_plotly()
    old, new = (folder / static.serve(content, ".bin").removeprefix("app/static/") for content in (b"old", b"new"))
    for path in (old, folder / static.PLOTLY_JS):
        os.utime(path, (0, 0))
    static.clean()
    assert sorted(path.name for path in folder.iterdir()) == sorted([new.name, static.PLOTLY_JS])
