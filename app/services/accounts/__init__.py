"""What the services of accounts, sessions and tokens share."""
