"""Tables, repositories and transactions."""
