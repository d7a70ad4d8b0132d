"""The parts of the predictions page."""
