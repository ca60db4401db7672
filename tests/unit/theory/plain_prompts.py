"""Plain prompts, in which every word either has a meaning here or says nothing: no notice may name any of them."""

from collections.abc import Iterator

_FR = {
    "ask": ["", "Fais-moi ", "je voudrais ", "Compose ", "peux-tu me faire ", "J'aimerais bien ", "il me faut "],
    "part": [
        "une basse", "une mélodie", "des accords", "un arpège", "une nappe", "une ligne de basse", "un riff",
        "une boucle de basse", "une suite d'accords", "un solo",
    ],
    "style": ["", " funk", " house", " jazz", " de style reggae", " pop", " lofi", " techno", " bossa nova", " trap"],
    "mood": ["", " triste", " sombre", " joyeuse", " mélancolique", " calme", " un peu nostalgique"],
    "key": ["", " en Sol mineur", " en do majeur", " en la mineur", " en Mi bémol majeur", " en ré dorien", " en fa#"],
    "rest": ["", ", 8 mesures", " à 100 bpm", " sur 4 mesures, s'il te plaît", ", tempo 90", " avec swing", ", lent"],
}  # fmt: skip
_EN = {
    "ask": ["", "Make me ", "I want ", "Can you write ", "please give me ", "I'd like ", "Let's try "],
    "mood": ["a sad", "a dark", "a happy", "a dreamy", "a calm", "a", "an epic", "a warm"],
    "style": ["", " funk", " house", " jazz", " reggae", " pop", " lofi", " techno", " bossa nova", " trap"],
    "part": [" bass line", " melody", " chord progression", " arpeggio", " pad", " riff", " lead", " bass loop"],
    "key": ["", " in G minor", " in C major", " in A minor", " in Eb major", " in D dorian", " in the key of E"],
    "rest": ["", ", 8 bars", " at 100 bpm", " for 4 bars please", ", tempo 90", " with swing", ", slow", " that loops"],
}  # fmt: skip
BY_HAND = [
    "beat trap à 140", "une batterie rock", "drums, house, 124 bpm", "un beat boom bap à 90", "breakbeat 170",
    "Am F C G", "II-V-I en si bémol", "une cadence andalouse en mi", "12 bar blues in E", "accords : Dm7 G7 Cmaj7",
    "basse et batterie funk en mi", "a bass and a melody in D minor", "trio jazz en fa", "string quartet in D major",
    "intro 4, couplet 8, refrain 8", "verse in C minor, chorus in Eb major, 16 bars", "AABA in F",
    "do majeur puis la mineur, 8 mesures", "start in E minor and modulate to G major at bar 5", "valse en fa, 3 temps",
    "mélodie en 6/8, ré majeur", "5/4, E phrygian", "une nappe douce et sombre en do# mineur", "pas de batterie",
    "no drums, just chords in A", "pas trop rapide, basse en la", "not too busy, bass in F# minor", "aigu, en sol",
    "sparse piano chords in E minor", "violon en ré mineur", "flûte et contrebasse en sol", "808s trap F minor",
    "key: A minor, tempo: 95, length: 16 bars, part: bass, genre: reggae", "hello, could you make me a nice tune?",
    "bonjour ! une petite mélodie simple en do majeur merci", "un truc qui groove en mi", "quelque chose de triste",
    "something happy in G", "J'ai déjà la batterie et les accords, il me manque une basse en mi", "mélodie japonaise",
    "une basse pour accompagner ma mélodie en si mineur", "drone en ré", "ambient pad in F, 60 bpm", "drums only",
    "half time drums at 140", "30 secondes de piano en do", "between 80 and 90 bpm, reggae bass", "bass, chords, drums",
    "swing drums", "arpège rapide en la mineur", "house à 124 en fa mineur", "a slow waltz in A", "rock in E, 120",
]  # fmt: skip


def plain_prompts() -> Iterator[str]:
    """More than three hundred plain prompts, those by hand first."""
    yield from BY_HAND
    for table in (_FR, _EN):
        for number in range(140):
            yield "".join(
                choices[(number * step + number // len(choices)) % len(choices)]
                for step, choices in zip((1, 3, 5, 7, 11, 13), table.values(), strict=True)
            )
