"""The wire bedrock-converse."""
