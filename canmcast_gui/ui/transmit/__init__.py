"""The panels that send: transmit rows, replay, sequences and fuzzing.

They show and change the controls of ``session.transmit``; no panel holds a connection or a run of its own.
"""
