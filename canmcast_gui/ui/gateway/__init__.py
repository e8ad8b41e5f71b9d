"""The panel Gateway and the dialog for one of its rules; ``session.gateway`` runs it and has the rules."""
