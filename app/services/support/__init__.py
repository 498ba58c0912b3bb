"""Helpers that all services share."""
