"""Faster forward and backward passes for training: same layers, same weights."""
