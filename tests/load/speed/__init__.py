"""What the protections cost: this application beside a hand-written one that does the same."""
