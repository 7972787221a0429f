"""The beginning of ``__main__.py`` in tftptui.pyz, before shiv's own lines.

Root's server becomes an ordinary user, who has to read the program afterwards: so root
unpacks it where everybody can read it and nobody else can write.
"""

import os

if os.geteuid() == 0 and "SHIV_ROOT" not in os.environ:
    os.environ["SHIV_ROOT"] = "/var/cache/tftptui"
    os.umask(0o022)
