"""Compares what a commit declares with what registries and servers say: the actions of an apply. Pure."""
