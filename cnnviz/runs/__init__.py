"""Runs: records, the store that keeps them, the jobs and their work, and what visitors may do."""
