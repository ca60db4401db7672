"""Which encoding the names in a file are in: MIDI does not say it, and some XML says it wrongly.

Names are a few bytes long, too few for detectors made for pages of text (charset-normalizer takes the Shift-JIS of
"piano" for Cyrillic). Each encoding is charged the bits that its reading of the bytes costs, by how usual such
characters are in names of tracks; the cheapest one wins.
"""

from collections.abc import Callable, Iterable

# What people call them.
ENCODING_NAMES = {"utf-8": "UTF-8", "cp932": "Shift-JIS", "gb18030": "GBK", "cp1252": "Latin-1"}
_ASCII_BITS = 4.5
_AFTER_A_LETTER = 5  # a foreign character in the middle of a word
_FEW = 256  # samples of a file that are looked at
_LATIN_LETTERS = frozenset("àâäáãåæçéèêëíìîïñóòôöõøœùúûüýßÀÂÄÁÉÈÊËÇÍÎÑÓÔÖØÚÛÜ")
_LATIN_SIGNS = frozenset("°«»©®·¡¿²³ªº–—’‘“”…•")
# Half-width katakana by how usual they are in loan words, with the marks that voice and lengthen.
_USUAL_KANA = frozenset("ｱｲｳｴｵｶｷｸｺｻｼｽﾀﾁｯﾃﾄﾅﾆﾉﾊﾋﾌﾍﾎﾏﾐﾑﾗﾘﾙﾚﾛﾝｰﾞﾟｬｭｮｪｨ")
_KANA = "｡", "ﾟ"
_VOICED = frozenset("ｳｶｷｸｹｺｻｼｽｾｿﾀﾁﾂﾃﾄﾊﾋﾌﾍﾎ")
_MARKS, _LONG = frozenset("ﾞﾟ"), "ｰ"
# Han characters of instruments, parts and titles.
_USUAL_HAN = frozenset(
    "钢琴吉他贝斯鼓主旋律和弦乐小提大中低高音人声轨道曲歌伴奏打击合唱笛子二胡古筝琵琶管风铜号圆单双簧长电原箱木节拍左右手部分第一三四五六七八九十的爱我你心天月花雪夜梦春秋东西南北"
    "音楽曲歌声主旋律伴奏低高弦管打楽器電右左手部第一二三四五六七八九十愛心天月花雪夜夢春秋風鼓笛琴尺八三味線太鼓名前作者編曲作詞"
)


def encoding_of(samples: Iterable[bytes]) -> str:
    """Name the encoding of texts of one file: "utf-8", "cp932" (Shift-JIS), "gb18030" (GBK) or "cp1252" (Latin-1).

    Args:
        samples: The texts as bytes.
    """
    texts = [sample for sample in list(samples)[:_FEW] if not sample.isascii()]
    joined = b"\n".join(texts)
    try:
        joined.decode()
    except UnicodeDecodeError:
        return min(_READINGS, key=lambda encoding: _READINGS[encoding](texts))
    return "utf-8"


def decoded(data: bytes, encoding: str) -> str:
    """A text without control characters; bytes that the encoding does not know are read as Latin-1.

    Args:
        data: The text as bytes.
        encoding: As `encoding_of` names it.
    """
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        text = data.decode("latin-1")
    return "".join(character for character in text if character.isprintable()).strip()


def _bits(texts: Iterable[bytes], encoding: str, cost: Callable[[str, bytes, str], float]) -> float:
    """What a reading costs in all; infinite where it is none.

    Args:
        texts: The texts.
        encoding: The reading.
        cost: Bits of a character that is not ASCII, by itself, its bytes and the character before.
    """
    total = 0.0
    for data in texts:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            return float("inf")
        before = ""
        for character in text:
            if character.isascii():
                total += _ASCII_BITS
            else:
                total += cost(character, character.encode(encoding, "replace"), before)
                total += _AFTER_A_LETTER if before.isascii() and before.isalpha() else 0
            before = character
    return total


def _latin(texts: Iterable[bytes]) -> float:
    # Every byte has a reading: what Windows leaves open is a control character.
    return sum(_latin_text(text.decode("cp1252", "replace")) for text in texts)


def _latin_text(text: str) -> float:
    total, before = 0.0, ""
    for character in text:
        if character.isascii():
            total += _ASCII_BITS
        elif character in _LATIN_LETTERS:
            # Accented letters stand among plain ones; a row of them is another script.
            total += 7 if not before or before.isascii() else 9
        else:
            total += 10 if character in _LATIN_SIGNS else 16
        before = character
    return total


def _shift_jis(character: str, data: bytes, before: str) -> float:
    if len(data) == 1:  # half-width katakana
        if (character in _MARKS and before not in _VOICED) or (
            character == _LONG and not _KANA[0] <= before <= _KANA[1]
        ):
            return 12
        begins = 0 if _KANA[0] <= before <= _KANA[1] else 4  # one alone is a Latin letter more likely
        return begins + (4.2 if character in _USUAL_KANA else 8)
    if "\u3040" <= character <= "\u30ff":
        return 5.5
    if character in _USUAL_HAN:
        return 8
    lead = data[0]
    return 8 if lead == 0x81 else 11 if 0x82 <= lead <= 0x97 else 19  # signs; level 1; rare characters


def _gbk(character: str, data: bytes, before: str) -> float:
    del before
    if character in _USUAL_HAN:
        return 8
    if len(data) != 2 or data[1] < 0xA1 or data[0] < 0xA1:
        return 20  # what GBK added to GB 2312
    lead = data[0]
    return 10 if lead <= 0xA9 else 11 if 0xB0 <= lead <= 0xD7 else 15  # signs; level 1; level 2


_READINGS: dict[str, Callable[[list[bytes]], float]] = {
    "cp1252": _latin,
    "cp932": lambda texts: _bits(texts, "cp932", _shift_jis),
    "gb18030": lambda texts: _bits(texts, "gb18030", _gbk),
}
