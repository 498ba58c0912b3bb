"""The settings by subject; `app/core/config.py` puts them together."""
