"""Export of a run as files, and import of weights."""
