"""Distribution functions of `scipy.special`, imported when the first p-value is needed."""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.util import find_spec, module_from_spec
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import ModuleType

_PACKAGE = "scipy.special"
_COMPILED = f"{_PACKAGE}._ufuncs"


def special() -> ModuleType:
    """Return the module of the functions: of those compiled alone if these are imported."""
    if _PACKAGE not in sys.modules and _COMPILED in sys.modules:
        return sys.modules[_COMPILED]
    return import_module(_PACKAGE)


def import_compiled() -> None:
    """Import the compiled functions without the package around them.

    The package wraps them for the arrays of other libraries, which takes 0.2 s of CPU time, 7x as
    long as the functions. For commands: another thread that imports the package at the same
    moment would get it without them.
    """
    if {_PACKAGE, _COMPILED} & set(sys.modules) or (spec := find_spec(_PACKAGE)) is None:
        return
    sys.modules[_PACKAGE] = module_from_spec(spec)
    try:
        import_module(_COMPILED)
    except ImportError:  # another version of SciPy, whose package is imported when needed
        return
    finally:
        del sys.modules[_PACKAGE]
