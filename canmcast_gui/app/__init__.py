"""The session that owns bus, recording, databases and transmitter; QtCore only, no widgets."""
