"""The demonstration: a simulated car that sends on a bus of this computer only.

``python -m canmcast_gui.demo`` runs it; ``process.DemoProcess`` runs it as a child process.
``DEMO_DATABASE`` and ``DEMO_PLOT_SIGNALS`` are its database and signals to plot. May import ``transport``,
``processes`` and ``frames``.
"""

# The resource with the database of the car, and three signals that show how it is driven.
DEMO_DATABASE = "demo.dbc"
DEMO_PLOT_SIGNALS = [
    "EngineStatus.EngineSpeed",
    "VehicleMotion.VehicleSpeed",
    "DriverInputs.AcceleratorPedal",
]
