"""The nouns of an audit: whom a verifier trusts, what was found wrong, and how far somebody has verified before."""
