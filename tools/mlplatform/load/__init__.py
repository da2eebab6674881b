"""Load: read files into plain documents, with the position of every value. Nothing is checked here but readability."""
