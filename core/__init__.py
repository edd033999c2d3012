"""Real vs Fake Faces: the library under the dashboard. It never imports streamlit."""
