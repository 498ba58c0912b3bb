"""Verb `clients`: packages for the clients of each version, in TypeScript and in Python."""
