"""The work of a run, done in a child process: one file for each kind of job."""
