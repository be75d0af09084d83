"""Streamlit pages over the results store; reads, never trains or writes. No page exists yet."""
