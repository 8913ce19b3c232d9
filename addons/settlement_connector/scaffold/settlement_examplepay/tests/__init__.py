from . import test_examplepay_contract
from . import test_examplepay_pipeline
