"""The model of the by-id view: the newest frame of each arbitration id."""
