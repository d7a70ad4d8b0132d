"""Jobs: from a queued run to the child process that does it."""
