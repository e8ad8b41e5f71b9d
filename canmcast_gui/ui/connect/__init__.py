"""How the user goes on a bus."""
