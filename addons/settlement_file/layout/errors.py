"""What can be wrong with a layout."""


class LayoutError(ValueError):
    """A layout that cannot be used.

    :ivar path: where in the layout, such as ``kinds.values.SALE``.
    :ivar sentence: what is wrong there and what to do, for people.
    """

    def __init__(self, path: str, sentence: str) -> None:
        super().__init__(f"{path}: {sentence}" if path else sentence)
        self.path = path
        self.sentence = sentence
