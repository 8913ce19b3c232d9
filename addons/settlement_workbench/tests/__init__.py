from . import test_bulk
from . import test_case
from . import test_undo
