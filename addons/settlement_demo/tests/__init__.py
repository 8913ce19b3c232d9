from . import test_builders
from . import test_comparison
from . import test_late_and_reversed
from . import test_simulation
