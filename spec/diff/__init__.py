"""The verdict about a change of the contract: breaking, risky or harmless."""
