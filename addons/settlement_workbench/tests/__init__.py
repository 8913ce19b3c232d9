from . import test_bulk
from . import test_close_checks
from . import test_close
