"""Work in the background: what runs it, what it does, and when it is due."""
