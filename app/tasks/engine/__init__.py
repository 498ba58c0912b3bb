"""Runs tasks: polls for due ones, makes attempts, and retries."""
