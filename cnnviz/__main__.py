"""`python -m cnnviz`."""

from cnnviz.cli.main import run

if __name__ == "__main__":
    run()
