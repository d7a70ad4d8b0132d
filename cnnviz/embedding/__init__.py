"""Embedding of features in two dimensions by t-SNE, and how far to trust the map."""
