"""The contract in Python types."""
