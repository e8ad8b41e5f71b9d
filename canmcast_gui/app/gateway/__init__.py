"""The gateway of the session: its rules, when it runs, and what it counts.

``control.GatewayControl`` is ``session.gateway``; ``rule_fields`` are the texts in which users read and write
a rule. May import ``app.bus``, ``app.transmit``, ``app.program`` and all packages below ``app``.
"""
