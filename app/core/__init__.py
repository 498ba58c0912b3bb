"""Foundations without a web framework, and the composition root."""
