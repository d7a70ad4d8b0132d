"""Imported once by the server that children are forked from, so that a run starts in hundredths of a second."""

import torch._dynamo  # noqa: F401  # seconds, which torch would spend when a child makes its first optimiser

from cnnviz.networks.fast import loops

loops.warm_up()  # they have no threads, which would not survive the fork; those of the embedding have
