"""cnnviz: how a convolutional network works, shown with its own numbers. Run with `streamlit run app.py`."""

if __name__ == "__main__":  # child processes import this file again
    import streamlit as st

    st.navigation(
        [
            st.Page("pages/home.py", title="Start", icon="🏠", default=True),
            st.Page("pages/convolution.py", title="Convolution", icon="🔲"),
            st.Page("pages/training.py", title="Training", icon="📉"),
            st.Page("pages/network.py", title="Network", icon="🧠"),
            st.Page("pages/embedding.py", title="Embedding", icon="🗺️"),
            st.Page("pages/predictions.py", title="Predictions", icon="🎯"),
        ]
    ).run()
