"""Why an edit cannot be made, in both languages."""

from language.localized_text import LocalizedText

TOO_MANY_BARS = LocalizedText("a piece has 128 bars at most", "un morceau a 128 mesures au plus")
TOO_FEW_BARS = LocalizedText("at least one bar must be left", "il doit rester au moins une mesure")
LOCKED_BARS = LocalizedText("a locked bar would be lost or moved", "une mesure verrouillée serait perdue ou déplacée")
TWO_BARS = LocalizedText("exactly two bars must be named", "il faut nommer deux mesures exactement")
NO_METER = LocalizedText("there is no such metre", "cette métrique n'existe pas")
UNKNOWN_ACTION = LocalizedText("there is no such action", "cette action n'existe pas")
NEEDS_TEXT = LocalizedText("its text is missing", "son texte manque")
NEEDS_VALUE = LocalizedText("its value is missing", "sa valeur manque")
NO_PART = LocalizedText("the kit has no such part", "la batterie n'a pas cet élément")
NO_STYLE = LocalizedText("no groove of that style is known", "aucun rythme de ce style n'est connu")
