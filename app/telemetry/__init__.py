"""Metrics, traces and health of the service."""
