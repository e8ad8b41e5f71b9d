"""Tables of Chinese USB-CAN tools (ZLG CANTest, Chuangxin USB-CAN Tool) in the words that other tables use.

Their columns are number, system time, time stamp, channel, direction, id, kind of frame, kind of id, length
and data, with Chinese titles and words in UTF-8 or GBK, or with English ones; order and titles differ by tool
and version. Cells are padded with zeros where a tool writes whole buffers; data may begin with "x|", and what
spreadsheets are to take for text is ="...".
"""

from __future__ import annotations

import re

# Longer words first: some are parts of others.
_WORDS = {
    "系统时间": "System Time",
    "时间标识": "Time Stamp",
    "传输方向": "Direction",
    "数据长度": "Length",
    "CAN通道": "Channel",
    "通道号": "Channel",
    "标准帧": "Standard",
    "扩展帧": "Extended",
    "数据帧": "Data",
    "远程帧": "Remote",
    "帧类型": "Frame Type",
    "帧格式": "Frame Format",
    "序号": "Index",
    "帧ID": "ID",
    "ID号": "ID",
    "通道": "Channel",
    "方向": "Direction",
    "时间": "Time",
    "长度": "Length",
    "数据": "Data",
    "接收": "Rx",
    "发送": "Tx",
}
_IN_BYTES = {
    word.encode(encoding): english.encode()
    for encoding in ("utf-8", "gbk")
    for word, english in _WORDS.items()
}
_WORD = re.compile(b"|".join(map(re.escape, _IN_BYTES)))
_ZEROS_BESIDE = re.compile(rb"\0*([,;\t|\r\n])\0*")
_ZEROS = re.compile(rb"\0+")
_DATA_MARK = re.compile(rb"(?<=[,;\t\" ])x\|")
_AS_TEXT = re.compile(rb"(?<=[,;\t])=(?=\")")


def plain_words(block: bytes) -> bytes:
    """Whole lines in English, without padding and marks around cells."""
    if b"\0" in block:
        block = _ZEROS.sub(b"\t", _ZEROS_BESIDE.sub(rb"\1", block).strip(b"\0"))
    if b"x|" in block:
        block = _DATA_MARK.sub(b"", block)
    if b'="' in block:
        block = _AS_TEXT.sub(b"", block)
    return block if block.isascii() else _WORD.sub(lambda found: _IN_BYTES[found[0]], block)
