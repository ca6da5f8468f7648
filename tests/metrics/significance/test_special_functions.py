"""SciPy's functions: whole, or compiled ones alone, with the same values."""

import subprocess
import sys

import numpy as np
import scipy.special

from softmax_cli.metrics.significance.special_functions import special

# In another process: this one has imported the package.
ALONE = """
import sys
from softmax_cli.metrics.significance.special_functions import import_compiled, special
import_compiled()
import_compiled()
assert "scipy.special" not in sys.modules
assert not any(name.startswith("numpy.f2py") for name in sys.modules)
compiled = special()
print(*(repr(float(x)) for x in (compiled.ndtr(-2.5), compiled.chdtrc(3, 9.5))))
import scipy.optimize
import scipy.special
assert scipy.special.ndtr is compiled.ndtr
assert special() is scipy.special
scipy.optimize.isotonic_regression([2.0, 1.0])
"""


def test_the_package_is_used_if_it_is_there():
    assert special() is scipy.special


def test_the_compiled_functions_are_those_of_the_package():
    ran = subprocess.run([sys.executable, "-c", ALONE], capture_output=True, text=True, check=True)
    expected = scipy.special.ndtr(-2.5), scipy.special.chdtrc(3, 9.5)
    np.testing.assert_array_equal([float(x) for x in ran.stdout.split()], expected)
