"""Training: the loop, what drives it, and what its curves say."""
