"""Imported once by the server that children are forked from, so that a run starts in hundredths of a second."""

import os

if hasattr(os, "nice"):
    os.nice(10)  # the pages of visitors come first, here and in the children

import torch._dynamo  # noqa: F401  # seconds, which torch would spend when a child makes its first optimiser

from cnnviz.networks.fast import loops

loops.warm_up()  # they have no threads, which would not survive the fork; those of the embedding have
