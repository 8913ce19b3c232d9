from . import test_batch
from . import test_currency
from . import test_decision
from . import test_identifier
from . import test_pipeline
from . import test_reference
from . import test_text
from . import test_verification
