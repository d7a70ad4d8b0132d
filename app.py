"""cnnviz: how a convolutional network works, shown with its own numbers. Run with `streamlit run app.py`."""

if __name__ == "__main__":  # child processes import this file again
    from cnnviz.ui.frame.navigation import navigation
    from cnnviz.ui.frame.refusals import error, refusals

    with refusals(error):
        navigation().run()
