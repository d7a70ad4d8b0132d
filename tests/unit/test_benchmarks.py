"""Benchmarks and the scripts of assets/: what they import is there, though no test runs them."""

from __future__ import annotations

import importlib

import pytest

from tests.conftest import ROOT

SCRIPTS = [
    ".".join(path.relative_to(ROOT).with_suffix("").parts)
    for folder in ("benchmarks", "assets")
    for path in sorted((ROOT / folder).glob("*.py"))
    if path.name != "__init__.py"
]


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script_can_be_imported(name):
    assert importlib.import_module(name).__doc__
