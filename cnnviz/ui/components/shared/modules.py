"""JavaScript modules of the components: served as files, so that they import each other and the browser keeps them.

Streamlit runs the script of a component from a blob, which has no folder to import from. That script is therefore only
the loader, which imports the component's module from the folder of all modules by its address.
"""

from __future__ import annotations

import functools
import hashlib
import json
import posixpath
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from cnnviz.language import language, translations
from cnnviz.ui.components.shared import static

COMPONENTS = Path(__file__).parents[1]
LOADER = COMPONENTS / "shared" / "loader.js"
CATALOGUE = "shared/catalogue.js"
IMPORT = re.compile(r'^(?:import|export) .*?from "(.+?)";$', re.MULTILINE | re.DOTALL)


@functools.cache
def sources() -> Mapping[str, str]:
    """The text of every module by its path, such as `shared/grid.js`."""
    paths = sorted(path for path in COMPONENTS.glob("*/*.js") if path != LOADER)
    modules = {path.relative_to(COMPONENTS).as_posix(): path.read_text("utf-8") for path in paths}
    return {**modules, CATALOGUE: f"export default {json.dumps(translations(language()), ensure_ascii=False)};\n"}


@functools.cache
def folder() -> str:
    """Name of the folder of all modules: other modules, another name."""
    return f"modules-{hashlib.sha256(json.dumps(sources()).encode()).hexdigest()[:24]}"


def serve() -> str:
    """The address of the folder, relative to the app."""
    return static.serve_folder(folder(), sources())


def loader(module: str) -> str:
    """The script that hands the calls of Streamlit on to a module."""
    script = LOADER.read_text("utf-8")
    values = {"folder": f"app/static/{folder()}", "module": module, "imported": " ".join(imported(module))}
    for name, value in values.items():
        script = script.replace(f'"{{{name}}}"', f'"{value}"')
    return script


def imported(module: str) -> Sequence[str]:
    """The modules that a module imports, and those that these import."""
    found = [module]
    for importer in found:
        for address in IMPORT.findall(sources().get(importer, "")):
            path = posixpath.normpath(posixpath.join(posixpath.dirname(importer), address))
            if path not in found:
                found.append(path)
    return found[1:]
