"""The demonstration: a small simulated car that sends on a bus of this computer only.

``python -m canmcast_gui.demo`` runs it; ``process.DemoProcess`` runs it as a child process.
``DEMO_DATABASE`` and ``DEMO_PLOT_SIGNALS`` name what shows its frames. May import ``transport``,
``processes`` and ``frames``.
"""

# Resources that decode the car's frames, and three signals that show at a glance how it is driven.
DEMO_DATABASE = "demo.dbc"
DEMO_PLOT_SIGNALS = [
    "EngineStatus.EngineSpeed",
    "VehicleMotion.VehicleSpeed",
    "DriverInputs.AcceleratorPedal",
]
