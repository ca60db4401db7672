"""What readers of files raise."""


class UnreadableFile(ValueError):
    """A file that is damaged, of another kind, or beyond the limits.

    Args:
        en: What is wrong, in English, as the end of a sentence.
        fr: The same in French.
    """

    def __init__(self, en: str, fr: str) -> None:
        super().__init__(en)
        self.en = en
        self.fr = fr


class UnreadableMusicXml(UnreadableFile):
    """A file that is no MusicXML score, is damaged, or is beyond the limits."""
