"""Evaluation of a candidate: a held-out sample is sent through the real servers, and its checks give a verdict."""
