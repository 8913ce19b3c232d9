from . import test_reconcile_access
from . import test_reconcile_beside
from . import test_reconcile_candidates
from . import test_reconcile_match
from . import test_reconcile_reported
from . import test_reconcile_tour
