"""Use cases: one service per tag of the contract, one method per operation."""
