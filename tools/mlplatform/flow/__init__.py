"""The five steps put together: what a command does, without how it is asked or printed."""
