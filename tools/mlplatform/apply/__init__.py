"""Does what a plan says, in its order: the actions, what restores a deployment after one failed, registration."""
