"""The kiosk as an appliance starts it, telling when its first frame is drawn."""

import sys
import time
from pathlib import Path

from kiosk.bootstrap import run
from kiosk.config import load_config

if __name__ == "__main__":

    def first_frame(_: float) -> None:
        from kivy.graphics.opengl import glFinish

        glFinish()
        print(f"first_frame {time.monotonic()}", flush=True)

    sys.exit(run(load_config(Path(sys.argv[1])), first_frame=first_frame))
