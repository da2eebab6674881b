"""The only code that talks to the outside. A folder with interface.py has several implementations, or will."""
