"""What `pip install .` installs, and the versions it asks for."""

import os
import subprocess
import sys
from importlib.metadata import PathDistribution
from zipfile import Path as ZipPath
from zipfile import ZipFile

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import cnnviz
from tests.conftest import ROOT

INSIDE = "cnnviz/dashboard/"  # where the dashboard lies in an installed package


@pytest.fixture
def distribution(wheel):
    """What the wheel says of itself."""
    return PathDistribution(ZipPath(wheel, f"cnnviz-{cnnviz.__version__}.dist-info/"))


def files(pattern):
    """Paths, relative to the project, of what git would keep."""
    found = (path for path in ROOT.glob(pattern) if path.is_file() and "__pycache__" not in path.parts)
    return {path.relative_to(ROOT).as_posix() for path in found}


def required(file):
    """Name and bounds of each line of a requirement file."""
    lines = (ROOT / file).read_text("utf-8").splitlines()
    return {bounds(line) for line in lines if not line.startswith(("-r", "#"))}


def bounds(text):
    requirement = Requirement(text)
    return canonicalize_name(requirement.name), requirement.specifier


def exact():
    """Name and version of each line of the constraints."""
    lines = (ROOT / ".ci" / "constraints.txt").read_text("utf-8").splitlines()
    return dict(line.split("==") for line in lines if not line.startswith("#"))


def test_the_dashboard_lies_inside_the_package(wheel):
    names = ZipFile(wheel).namelist()
    dashboard = files("app.py") | files("pages/**/*") | files("assets/demo_*/*") | files(".streamlit/*")
    assert {name.removeprefix(INSIDE) for name in names if name.startswith(INSIDE)} == dashboard
    package = {name for name in names if name.startswith("cnnviz/") and not name.startswith(INSIDE)}
    assert package == files("cnnviz/**/*")


def test_it_requires_what_the_requirement_files_say(distribution):
    always = {bounds(text) for text in distribution.requires if "extra" not in text}
    assert always == required("requirements.txt")
    development = {bounds(text) for text in distribution.requires if "extra == 'dev'" in text}
    assert development == required("requirements-dev.txt")


def test_its_command_is_that_of_the_package(distribution):
    (command,) = distribution.entry_points.select(group="console_scripts")
    assert command.name == "cnnviz"
    assert callable(command.load())


def test_the_exact_versions_lie_within_the_bounds_and_are_for_every_machine():
    versions = {canonicalize_name(name): version for name, version in exact().items()}
    for name, specifier in required("requirements.txt") | required("requirements-dev.txt"):
        assert specifier.contains(versions[name]), name
    assert [name for name in versions if name.startswith(("nvidia-", "cuda-", "triton"))] == []
    assert [version for version in versions.values() if "+" in version] == []


def test_a_package_that_cannot_be_written_is_a_sentence(wheel, tmp_path, home):
    ZipFile(wheel).extractall(tmp_path / "packages")
    (tmp_path / "packages" / INSIDE / "static").write_text("in the way")
    done = subprocess.run(
        [sys.executable, "-m", "cnnviz", "serve"],
        capture_output=True,
        text=True,
        cwd=home,
        env={**os.environ, "PYTHONPATH": str(tmp_path / "packages")},
        timeout=240,
        check=False,
    )
    assert done.returncode == 2
    assert "cannot be written" in done.stderr
    assert "Traceback" not in done.stderr
