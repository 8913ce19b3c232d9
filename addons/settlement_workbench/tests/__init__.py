from . import test_approval_look
from . import test_bulk
from . import test_bulk_http
from . import test_bulk_tour
from . import test_bulk_verification
from . import test_case
from . import test_rule_offer
from . import test_undo
