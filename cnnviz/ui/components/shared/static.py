"""Files that the browser fetches once and keeps: served by Streamlit from the folder `static` beside the script.

What goes through a script instead is encoded, hashed and compared at every rerun of every visitor.
"""

from __future__ import annotations

import functools
import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

import plotly

from cnnviz.configuration import ROOT

FOLDER = ROOT / "static"
PLOTLY_JS = f"plotly-{plotly.__version__}.min.js"
KEPT = 7 * 24 * 3600.0  # seconds that a file or a folder stays after it was last asked for


def serve(content: bytes, suffix: str) -> str:
    """The address, relative to the app, of a file with this content; its name tells what is in it."""
    name = f"{hashlib.sha256(content).hexdigest()[:24]}{suffix}"
    path = FOLDER / name
    if path.exists():
        os.utime(path)
    else:
        _write(path, content)
    return f"app/static/{name}"


def serve_folder(name: str, files: Mapping[str, str]) -> str:
    """The address, relative to the app, of a folder with these texts by their paths; `name` tells what is in it."""
    path = FOLDER / name
    if path.exists():
        os.utime(path)
    else:
        _write_folder(path, files)
    return f"app/static/{name}"


@functools.cache
def serve_plotly() -> str:
    """The address of the plotly.js inside the installed plotly package."""
    path = FOLDER / PLOTLY_JS
    if not path.exists():
        _write(path, (Path(plotly.__file__).parent / "package_data" / "plotly.min.js").read_bytes())
    return f"app/static/{PLOTLY_JS}"


def clean() -> None:
    """Delete what nobody has asked for in a long time."""
    for path in FOLDER.glob("*"):
        if path.name == PLOTLY_JS or path.stat().st_mtime >= time.time() - KEPT:
            continue
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def _write(path: Path, content: bytes) -> None:
    """Write under a temporary name, then give the file its name: nobody sees half of it."""
    path.parent.mkdir(exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, suffix=".part")
    with os.fdopen(handle, "wb") as file:
        file.write(content)
    Path(temporary).chmod(0o644)
    Path(temporary).replace(path)


def _write_folder(path: Path, files: Mapping[str, str]) -> None:
    """Write under a temporary name, then give the folder its name; another process may have been faster."""
    path.parent.mkdir(exist_ok=True)
    temporary = Path(tempfile.mkdtemp(dir=path.parent, suffix=".part"))
    for name, text in files.items():
        file = temporary / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, "utf-8", newline="\n")
        os.utime(file, (0, 0))  # very old: the browser keeps it without asking again, as its content cannot change
    temporary.chmod(0o755)
    try:
        temporary.rename(path)
    except OSError:
        shutil.rmtree(temporary)
        if not path.exists():
            raise
