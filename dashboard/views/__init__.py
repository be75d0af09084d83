"""One file a page: Streamlit takes a folder `pages` for its own, so that it is not called so."""
