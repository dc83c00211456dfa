"""What docs/security.md promises: each line of its table names the tests that hold it."""
