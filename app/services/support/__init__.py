"""What services of all tags share."""
