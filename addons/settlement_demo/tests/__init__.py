from . import test_any_order
from . import test_builders
from . import test_late_and_reversed
from . import test_morning
from . import test_practice
from . import test_setup_tour
from . import test_simulation
from . import test_training
