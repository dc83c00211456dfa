"""The dialects of the wire openai-chat: what its quirks do, provider by provider."""
