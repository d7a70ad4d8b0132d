"""Inspection of a trained network: features and predictions."""
