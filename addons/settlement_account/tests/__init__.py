from . import test_post_bank
from . import test_post_batch
from . import test_post_kinds
from . import test_post_periods
from . import test_proof
from . import test_status
from . import test_undo
from . import test_verification
