"""From files to plain documents with the place of every value. Nothing is judged here."""
