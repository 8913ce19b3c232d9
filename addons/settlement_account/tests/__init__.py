from . import test_post_bank
from . import test_post_batch
