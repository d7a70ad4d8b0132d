"""How a convolutional network works, shown with its own numbers.

settings        what can be chosen, and within which limits
records         what travels between the layers: frozen dataclasses of plain numbers and arrays
convolution     shapes, windows and the arithmetic of one output cell; kernels and costs beside it
datasets        MNIST and the scikit-learn digits, each one file
networks        the networks that can be trained, each one file
training        train(): a generator of measurements and snapshots
features        what a trained network sees in one image; predictions: what it says of all of them
embedding       t-SNE of the features as a generator of frames, and how far to trust the map
runs            the store, the artifacts and the jobs that write them
figures         plain data in, plotly figure out
ui              the only Streamlit of the package: header, session, caches, components
"""

__version__ = "0.9.0"
