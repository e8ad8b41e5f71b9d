"""The bus of the session: open and close it, take frames from its capture process, watch its senders.

``control.BusControl`` is ``session.bus``; ``live.LiveBus`` holds the processes of the bus that is open. May
import ``app.program`` and all packages below ``app``.
"""
