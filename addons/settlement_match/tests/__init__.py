from . import test_batch
from . import test_identifier
from . import test_reference
from . import test_text
