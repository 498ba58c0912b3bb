"""The settings by subject; `app/core/config.py` combines them."""
