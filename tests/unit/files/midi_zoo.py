"""Small MIDI files, byte by byte, of every kind that is read otherwise than it looks."""

from collections.abc import Sequence

PPQ = 480
END = b"\x00\xff\x2f\x00"


def chunk(kind: bytes, body: bytes, order: str = "big") -> bytes:
    """A chunk; `order` is that of its length."""
    return kind + len(body).to_bytes(4, order) + body  # type: ignore[arg-type]


def smf(*tracks: bytes, midi_format: int = 1, division: int = PPQ, count: int | None = None) -> bytes:
    """A file of these tracks; `count` is what the header says of their number."""
    header = midi_format.to_bytes(2) + (len(tracks) if count is None else count).to_bytes(2) + division.to_bytes(2)
    return chunk(b"MThd", header) + b"".join(chunk(b"MTrk", track) for track in tracks)


def number(value: int) -> bytes:
    """A variable-length quantity."""
    groups = [value & 0x7F]
    while value := value >> 7:
        groups.append(value & 0x7F | 0x80)
    return bytes(reversed(groups))


def meta(kind: int, data: bytes, delta: int = 0) -> bytes:
    """A meta event."""
    return number(delta) + bytes((0xFF, kind)) + number(len(data)) + data


def tempo(bpm: float, delta: int = 0) -> bytes:
    """A tempo event."""
    return meta(0x51, round(60e6 / bpm).to_bytes(3), delta)


def meter(beats: int, power: int, delta: int = 0) -> bytes:
    """A time signature; the beat unit is two to the `power`."""
    return meta(0x58, bytes((beats, power, 24, 8)), delta)


def notes(*played: tuple[int, int, int], channel: int = 0, velocity: int = 80) -> bytes:
    """Notes as onset tick, length, key, in any order."""
    events = []
    for onset, length, key in played:
        events.append((onset, 1, bytes((0x90 | channel, key, velocity))))
        events.append((onset + length, 0, bytes((0x80 | channel, key, 0))))
    body, now = b"", 0
    for tick, _, event in sorted(events):
        body += number(tick - now) + event
        now = tick
    return body


def repeats(ticks: int, count: int, key: int = 60, channel: int = 0, velocities: Sequence[int] = (80,)) -> bytes:
    """One key struck again and again, so many ticks apart."""
    body = b""
    for index in range(count):
        velocity = velocities[index % len(velocities)]
        body += number(ticks - ticks // 2 if index else 0) + bytes((0x90 | channel, key, velocity))
        body += number(ticks // 2) + bytes((0x80 | channel, key, 0))
    return body


def riff(data: bytes, *before: tuple[bytes, bytes]) -> bytes:
    """A MIDI file in a RIFF file, behind other chunks."""
    padded = b""
    for kind, body in (*before, (b"data", data)):
        padded += chunk(kind, body, "little") + b"\0" * (len(body) % 2)
    return chunk(b"RIFF", b"RMID" + padded, "little")
