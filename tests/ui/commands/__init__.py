"""Tests of the commands on subjects."""
