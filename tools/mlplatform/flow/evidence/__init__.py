"""The record of every change of main: written once, signed, and verified by whoever asks."""
