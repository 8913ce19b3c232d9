from . import test_layout_access
from . import test_layout_decision
from . import test_layout_definition
