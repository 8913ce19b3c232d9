from . import test_bulk
from . import test_close_checks
from . import test_close
from . import test_close_pack
from . import test_money_trail
from . import test_close_tour
