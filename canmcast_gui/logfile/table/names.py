"""The titles of columns that many tools write, in English and Chinese, and what they mean."""

from __future__ import annotations

import re

# Titles in lower case, with letters and digits only.
_NAMES = {
    "time": "time timestamp timestamps timestampepoch abstime abstimesec t datetime timeabs absolutetime"
    " recordtime epoch systemtime relativetime timeoffset",
    "identifier": "id arbid arbitrationid canid identifier messageid msgid frameid idhex iddec canidhex ident"
    " idh address addr",
    "data": "data databytes payload datahex rawdata hexdata datafield message bytes candata datah",
    "length": "len length datalength datalen size bytecount",
    "dlc": "dlc dl",
    "channel": "channel chan ch chn bus buschannel can canchannel port interface network busid"
    " busno channelid",
    "direction": "dir direction txrx rxtx tr rt tx transmit sourcedir",
    "extended": "extended ext ex xtd ide isextended isextendedid",
    "remote": "remote rtr rt isremote isremoteframe remoteedlbrsesi",
    "error": "error er iserror errorframe iserrorframe",
    "fd": "fd edl fdf isfd canfd",
    "brs": "brs bitrateswitch",
    "esi": "esi errorstateindicator",
}
FIELD_OF_NAME = {name: field for field, names in _NAMES.items() for name in names.split()}

_DATA_CELL = re.compile(r"(?:d|b|data|byte|databyte|data byte)(\d{1,2})$")
_UNIT = re.compile(r"(.*?)[\s_\[(.]*(ns|us|µs|ms|s|sec|secs|seconds|hex|dec|h)?[\])]*$", re.IGNORECASE)
_UNITS = {"ns": "ns", "us": "us", "µs": "us", "ms": "ms", "s": "s", "sec": "s", "secs": "s", "seconds": "s"}


def plain(name: str) -> str:
    """A title in lower case, with letters and digits only."""
    return re.sub(r"[^a-z0-9µ]", "", name.lower())


def field_of(name: str) -> str | None:
    """The field of TableLayout for a title; None for an unknown one."""
    found = FIELD_OF_NAME.get(plain(name))
    if found is None:
        whole = _UNIT.match(name.strip())
        found = FIELD_OF_NAME.get(plain(whole[1])) if whole is not None else None
    return found


def data_cell(name: str) -> int | None:
    """The number in the title of a column with one payload byte; None for other titles."""
    found = _DATA_CELL.match(plain(name))
    return int(found[1]) if found is not None else None


def unit_of(name: str) -> str | None:
    """The unit in the title of a time column, as a ``time_kind`` of TableLayout."""
    whole = _UNIT.match(name.strip())
    return _UNITS.get(whole[2].lower()) if whole is not None and whole[2] else None


def base_of(name: str) -> int | None:
    """The number base in a title."""
    lower = name.lower()
    return 16 if "hex" in lower else 10 if "dec" in lower else None


# Longer words first, as some are parts of others.
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
_DATA_PREFIX = re.compile(rb"(?<=[,;\t\" ])x\|")
_AS_TEXT = re.compile(rb"(?<=[,;\t])=(?=\")")


def to_english(block: bytes) -> bytes:
    """Lines of Chinese USB-CAN tools (ZLG CANTest, Chuangxin USB-CAN Tool) with English words.

    Their columns are number, system time, time stamp, channel, direction, id, kind of frame, kind of id,
    length and data, with titles and words in Chinese (UTF-8 or GBK) or English; order and titles differ by
    tool and version. Some tools pad cells with zeros; data may start with "x|", and ="..." is a text for
    spreadsheets. Padding and these marks are removed.
    """
    if b"\0" in block:
        block = _ZEROS.sub(b"\t", _ZEROS_BESIDE.sub(rb"\1", block).strip(b"\0"))
    if b"x|" in block:
        block = _DATA_PREFIX.sub(b"", block)
    if b'="' in block:
        block = _AS_TEXT.sub(b"", block)
    return block if block.isascii() else _WORD.sub(lambda found: _IN_BYTES[found[0]], block)
