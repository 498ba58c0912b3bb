"""HTTP: everything that knows FastAPI."""
