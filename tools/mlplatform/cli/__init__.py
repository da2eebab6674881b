"""The command line: parse, call, print, exit code. Only click is imported before a command runs."""
