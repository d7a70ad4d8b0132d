"""cnnviz: how a convolutional network works, shown with its own numbers. Run with `streamlit run app.py`."""

if __name__ == "app":  # Streamlit's server, which imports this file when it starts
    import streamlit as st

    from cnnviz.ui.frame.style_sheet import WITH_STYLE_SHEET
    from cnnviz.ui.frame.warm_up import check, lifespan

    check()
    app = st.App(__file__, lifespan=lifespan, middleware=[WITH_STYLE_SHEET])

if __name__ == "__main__":  # each visit runs this file; child processes import it again
    from cnnviz.ui.frame.navigation import navigation

    navigation().run()
