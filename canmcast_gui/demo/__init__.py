"""A small simulated car that sends on a bus of this computer. ``python -m canmcast_gui.demo`` runs it."""

# Resources that decode the car's frames, and three signals that show at a glance how it is driven.
DEMO_DATABASE = "demo.dbc"
DEMO_PLOT_SIGNALS = [
    "EngineStatus.EngineSpeed",
    "VehicleMotion.VehicleSpeed",
    "DriverInputs.AcceleratorPedal",
]
