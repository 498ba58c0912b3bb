"""The contract, its rules and the tools that turn it into code."""
