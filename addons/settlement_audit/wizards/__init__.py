from . import approval_refusal
