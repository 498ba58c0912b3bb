"""What runs tasks: it finds those that are due, makes attempts, and retries."""
