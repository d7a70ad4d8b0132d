"""How a convolutional network works, shown with its own numbers.

A folder imports from those above it in this list, never the other way round:

language, arrays, refusal       sentences as template and values; the alias of an array; what cannot be met
settings, configuration         one row for each setting of a training; the environment
convolution                     shapes, windows, sums, costs and stacks of convolutions and poolings
datasets, networks              the images; the networks that can be trained, their layers and weights
training, inspection            the loop, and what its curves say; what a trained network makes of images
embedding, export, figures      maps of features; runs as files; plain data in, plotly figure out
runs                            the store, the jobs, and what visitors may do to runs
cli, ui                         the command line; the only Streamlit of the package
"""

__version__ = "0.9.0"
