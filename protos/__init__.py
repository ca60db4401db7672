"""The contract, and the tool that generates its stubs."""
