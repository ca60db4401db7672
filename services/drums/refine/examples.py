"""What an instruction may say, for those whose words were not understood."""

from language.localized_text import LocalizedText

EXAMPLES = LocalizedText(
    "“more hats”, “no kick”, “a fill in bar 4”, “busier”, “more swing” or “keep the snare”",
    "« plus de charley », « sans grosse caisse », « un break à la mesure 4 », « moins chargé », « plus de swing » ou "
    "« garde la caisse claire »",
)
ELSEWHERE = LocalizedText(
    "hits are, and this belongs to the mixing desk", "seules les frappes le sont, cela relève de la table de mixage"
)
