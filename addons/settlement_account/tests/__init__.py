from . import test_post_batch
