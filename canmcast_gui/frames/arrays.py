"""Names for the types of numpy arrays, by their content. One-dimensional unless a comment says otherwise."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Bytes = npt.NDArray[np.uint8]  # payloads, text and blocks of files; also with one row for each frame
Column = npt.NDArray[Any]  # of a type that depends on the data: values of a signal, a field of a file
Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.int64]
Offsets = npt.NDArray[np.int64]  # offsets, or indices into another array
RowNumbers = npt.NDArray[np.int64]  # rows of a recording or of a batch
Times = npt.NDArray[np.int64]  # nanoseconds
Words = npt.NDArray[np.uint64]
