"""The signals of a plot: samples, visible span, measurements, comparison."""
