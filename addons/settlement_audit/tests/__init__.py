from . import test_approval
from . import test_event
from . import test_event_personal
from . import test_event_seal
from . import test_hashed
from . import test_verification
