"""The folder of the components' modules."""

from __future__ import annotations

import os
import re
from pathlib import PurePosixPath

import pytest

from cnnviz.ui.components.shared import modules, static


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(static, "FOLDER", tmp_path / "static")
    return tmp_path / "static"


def test_every_module_is_served_as_it_is_written(folder):
    served = folder / modules.serve().removeprefix("app/static/")
    written = sorted(path for path in modules.COMPONENTS.glob("*/*.js") if path != modules.LOADER)
    assert written
    for path in written:
        assert (served / path.relative_to(modules.COMPONENTS)).read_text("utf-8") == path.read_text("utf-8")
    assert (served / modules.CATALOGUE).read_text("utf-8").startswith("export default {")
    assert list(folder.iterdir()) == [served]


def test_every_import_leads_to_a_module():
    for name, text in modules.sources().items():
        for address in modules.IMPORT.findall(text):
            assert address.startswith("."), f"{name} imports {address}"
            path = os.path.normpath(PurePosixPath(name).parent / address)
            assert PurePosixPath(path).as_posix() in modules.sources(), f"{name} imports {address}"


def test_a_component_imports_from_itself_and_from_what_is_shared():
    for name, text in modules.sources().items():
        component = name.split("/")[0]
        for address in re.findall(r'from "(.+?)";$', text, re.MULTILINE):
            assert address.startswith(("./", "../shared/") if component != "shared" else "./"), f"{name}: {address}"


def test_other_modules_have_another_name(monkeypatch):
    name = modules.folder()
    modules.folder.cache_clear()
    monkeypatch.setattr(modules, "sources", lambda: {"shared/grid.js": "other"})
    assert modules.folder() != name
    modules.folder.cache_clear()


def test_what_was_deleted_is_served_again_and_what_is_asked_for_stays(folder):
    served = folder / modules.serve().removeprefix("app/static/")
    os.utime(served, (0, 0))
    modules.serve()
    static.clean()
    assert served.exists()
    os.utime(served, (0, 0))
    static.clean()
    assert not served.exists()
    modules.serve()
    assert (served / "shared" / "grid.js").exists()


def test_the_loader_names_the_module():
    script = modules.loader("gallery/gallery.js")
    assert f"app/static/{modules.folder()}" in script
    assert "gallery/gallery.js" in script
    assert not re.search(r'"\{\w+\}"', script)


def test_all_that_a_module_needs_is_asked_for_at_once():
    imported = modules.imported("convolution_view/convolution_view.js")
    assert {"shared/grid.js", "shared/numbers.js", modules.CATALOGUE} <= set(imported)
    for name in imported:
        assert set(modules.imported(name)) <= set(imported)
    assert modules.imported("shared/arrays.js") == []
