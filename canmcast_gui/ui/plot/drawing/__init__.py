"""Draws plots: lanes of curves over time with a fixed time axis, and curves over another signal.

``LanesView`` and ``XYView`` are the views; each draws everything with one QPainter in one paint event. A
plotting library keeps a scene of items for axes, grids, view boxes and cursors, and moves all of them 25
times a second: pyqtgraph took twice the processor time for twenty live lanes, 20 MiB, and 0.12 s of each
start. The package may import models, helpers of ``ui``, and Qt.
"""
