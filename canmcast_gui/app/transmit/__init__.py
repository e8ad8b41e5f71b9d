"""What a session sends: transmit rows with their jobs, sequences, the replay and the fuzz run.

``transmit_control.TransmitControl`` (``session.transmit``) owns one control of each kind.
``transmit_link.TransmitLink`` is the only holder of the connection to the transmit process, and has the main
switch. ``row.TransmitRow``, ``sequences.Sequence``, ``replay_setup.ReplaySetup`` and ``fuzz_setup.FuzzSetup``
are stored in settings and workspaces. ``parsing`` reads what users type, ``generators`` has
the forms of generated payloads. May import QtCore.
"""
