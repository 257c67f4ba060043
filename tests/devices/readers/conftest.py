"""The readers' tests share one private pcscd."""

from tests.support.pcsc import pcsc_rig, pcsc_session

__all__ = ["pcsc_rig", "pcsc_session"]
