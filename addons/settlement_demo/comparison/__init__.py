"""Hold what a database says against the truth. The only reader of the truth."""

from .comparison import Comparison
from .practice import PracticeComparison
