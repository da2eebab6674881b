"""The right to change an environment that several machines can reach."""
