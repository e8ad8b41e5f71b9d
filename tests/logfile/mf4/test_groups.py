"""Fields of records: any position, any number of bits, both byte orders."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from canmcast_gui.logfile.mf4.groups import VIRTUAL, Conversion, Field

FIXED = 0  # the kind of channels with values of fixed length


@given(
    st.lists(st.binary(min_size=12, max_size=12), min_size=1, max_size=5),
    st.integers(0, 2),
    st.integers(0, 7),
    st.integers(1, 64),
    st.sampled_from(["u<", "u>", "i<", "i>"]),
)
def test_whole_numbers(records, byte, bit, bits, form):
    field = Field(FIXED, form, byte, bit, bits, Conversion())
    rows = np.frombuffer(b"".join(records), np.uint8).reshape(-1, 12)
    expected = []
    for record in records:
        part = record[byte : byte + field.width]
        number = int.from_bytes(part, "little" if form[1] == "<" else "big") >> bit & (1 << bits) - 1
        if form[0] == "i" and number >> (bits - 1):
            number -= 1 << bits
        expected.append(number)
    assert field.raw(rows).tolist() == expected


def test_floats_texts_and_constants():
    rows = np.frombuffer(np.array([1.5, -2.0], ">f8").tobytes(), np.uint8).reshape(2, 8)
    assert Field(FIXED, "f>", 0, 0, 64, Conversion(1.0, 2.0)).values(rows).tolist() == [4.0, -3.0]
    texts = np.frombuffer(b"Tx\0Rx\0", np.uint8).reshape(2, 3)
    assert Field(FIXED, "S<", 0, 0, 24, Conversion()).values(texts).tolist() == [b"Tx", b"Rx"]
    assert Field(VIRTUAL, "u<", 0, 0, 0, Conversion(9.0, 0.0)).values(rows).tolist() == [9.0, 9.0]
    table = Conversion(keys=np.array([8.0, 9.0]), values=np.array([8.0, 12.0]))
    lengths = Field(FIXED, "u<", 0, 0, 8, table)
    assert lengths.values(np.array([[9], [8], [200]], np.uint8)).tolist() == [12.0, 8.0, 12.0]
