"""What an instruction may say, for those whose words were not understood."""

from language.localized_text import LocalizedText

EXAMPLES = LocalizedText(
    "“a tone higher”, “fewer notes at the end”, “transpose to D minor”, “make bar 3 like bar 1”, “change bar 2”, "
    "“staccato”, “end on the tonic” or “add 4 bars”",
    "« un ton plus haut », « moins de notes à la fin », « transpose en ré mineur », « mesure 3 comme la "
    "mesure 1 », « change la mesure 2 », « staccato », « finis sur la tonique » ou « ajoute 4 mesures »",
)
ELSEWHERE = LocalizedText(
    "notes are, and this belongs to the mixing desk", "seules les notes le sont, cela relève de la table de mixage"
)
