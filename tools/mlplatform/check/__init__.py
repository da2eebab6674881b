"""Judges documents, and changes of them: schema, references, capabilities, policies, waivers. Makes the Repository."""
