"""Imported once by the server that children are forked from, so that a run starts in hundredths of a second."""

from cnnviz import embedding  # noqa: F401
from cnnviz.networks import pooling
from cnnviz.runs import worker  # noqa: F401

pooling.warm_up()  # its loops have no threads, which would not survive the fork; those of the embedding have
