"""The backend API seen from a terminal or a till: a small Python SDK."""
