"""``python -m spapi`` is the program, also where its folder is not in the search path."""

import os
import subprocess
import sys

from ._errors import ProgramNotFoundError
from ._program import program

try:
    path = program()
except ProgramNotFoundError as error:
    sys.exit(f"error: {error}")
if sys.platform == "win32":
    # Replacing this process would end it before the program ends.
    sys.exit(subprocess.call([path, *sys.argv[1:]]))
os.execv(path, [path, *sys.argv[1:]])
