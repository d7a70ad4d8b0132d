"""Measurements: one file per question, run as `python -m benchmarks.<name>`; the last line is `name value`."""
