"""What llmkit costs, beside the bare HTTP libraries and other SDKs; see README.md."""
