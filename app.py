"""cnnviz: how a convolutional network works, shown with its own numbers. Run with `streamlit run app.py`."""

if __name__ == "__main__":  # child processes import this file again
    from cnnviz.ui.frame.navigation import navigation

    navigation().run()
