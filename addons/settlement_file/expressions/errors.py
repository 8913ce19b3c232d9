"""What can be wrong with an expression."""


class ExpressionError(ValueError):
    """An expression that cannot be read, or not be computed for a row.

    :ivar position: where in the text, counted from 0.
    :ivar sentence: what is wrong there, for people.
    """

    def __init__(self, position: int, sentence: str) -> None:
        super().__init__(f"{sentence} (at character {position + 1})")
        self.position = position
        self.sentence = sentence
