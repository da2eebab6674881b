"""What a candidate is worth: a held-out sample through the real servers, and a verdict."""
