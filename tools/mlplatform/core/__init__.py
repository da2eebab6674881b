"""The nouns of the platform. No I/O happens here."""
