"""Whoever reads cards over a real card service shares one private pcscd: one for each process."""

from tests.support.pcsc import pcsc_rig, pcsc_session

__all__ = ["pcsc_rig", "pcsc_session"]
