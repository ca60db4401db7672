"""Words for slots that are no entries of the catalogue: registers, densities, tempos, feels; and words to pass over.

Phrases are separated by ";". Tempo marks follow the ranges printed on metronomes.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from boumbapp.music.v2.music_pb2 import LEVEL_HIGH, LEVEL_LOW, LEVEL_MEDIUM, Level


@dataclass(frozen=True, slots=True)
class Tempo:
    """A tempo in words.

    Attributes:
        bpm: Quarter notes per minute where no style says more.
        place: Place within a style's range, 0 slowest to 1 fastest; None for marks that name an absolute tempo.
        factor: Factor on the tempo that would be chosen otherwise; then `bpm` and `place` do not matter.
    """

    bpm: float
    place: float | None = None
    factor: float | None = None


TEMPOS: Mapping[Tempo, str] = {
    Tempo(
        55, 0.0
    ): "tres lent;tres lente;tres lentement;very slow;super slow;super lent;extremely slow;hyper lent;really slow",
    Tempo(
        70, 0.0
    ): "lent;lente;lents;lentement;slow;slowly;slow tempo;tempo lent;low tempo;tempo bas;tempo faible;ralenti;"
    "ralentie;slow paced;slow-paced;langsam;tempo calme;slow burning",
    Tempo(
        85, 0.25
    ): "assez lent;assez lente;rather slow;fairly slow;plutot lent;plutot lente;medium slow;relaxed tempo;un peu lent",
    Tempo(105, 0.5): "mid-tempo;midtempo;mid tempo;medium tempo;tempo moyen;tempo medium;tempo modere;modere;moderee;"
    "moderate;moderate tempo;moderately;vitesse moyenne;moderement",
    Tempo(125, 0.75): "assez rapide;fairly fast;rather fast;quite fast;plutot rapide;plutot vite;medium fast;medium-up",
    Tempo(140, 1.0): "rapide;rapides;vite;fast;quick;up-tempo;uptempo;up tempo;high tempo;tempo eleve;"
    "tempo rapide;tempo soutenu;soutenu;fast tempo;fast-paced;fast paced;speedy;rythme soutenu;vif;vive;"
    "a toute vitesse",
    Tempo(
        170, 1.0
    ): "tres rapide;tres rapides;tres vite;very fast;super fast;super rapide;really fast;extremely fast;ultra rapide;"
    "hyper rapide;frenetique;frantic;a toute allure;a fond;breakneck;blazing",
    Tempo(50): "largo;larghetto",
    Tempo(54): "lento",
    Tempo(68): "adagio",
    Tempo(84): "andante;andantino",
    Tempo(108): "moderato",
    Tempo(116): "allegretto",
    Tempo(132): "allegro",
    Tempo(160): "vivace",
    Tempo(184): "presto",
    Tempo(200): "prestissimo",
    Tempo(
        0, factor=2.0
    ): "double tempo;double time;double-time;tempo double;deux fois plus vite;twice as fast;doubletime",
    Tempo(
        0, factor=0.5
    ): "half tempo;demi-tempo;demi tempo;deux fois plus lent;deux fois moins vite;twice as slow;half speed;"
    "half the speed",
}

REGISTERS: Mapping[Level.ValueType, str] = {
    LEVEL_LOW: "grave;graves;bas;low;lower;registre grave;registre bas;low register;low-pitched;low pitched;deep;"
    "profond;profonde;profonds;dans les graves;octave basse;octave grave;octave inferieure;low octave;"
    "lower octave;une octave plus bas;plus bas;plus grave;down low;note basse;notes basses;notes graves;"
    "tout en bas;tres grave;tres bas;very low;low end;register low;registre inferieur;bottom end;"
    "octave en dessous;an octave lower;octave down;low notes;subby",
    LEVEL_MEDIUM: "register: medium;registre: médium;registre: moyen;register=medium;registre=médium;registre medium;"
    "medium register;registre moyen;mid register;middle register;mid-range;midrange;mid range;dans le medium;"
    "registre central;middle octave;octave centrale;middle of the keyboard;bas-medium;register medium;"
    "milieu du clavier;dans les mediums",
    LEVEL_HIGH: "aigu;aigue;aigus;aigues;aigüe;haut;haute;hauts;high;higher;registre aigu;registre haut;high register;"
    "high-pitched;high pitched;upper register;upper;dans les aigus;dans l'aigu;octave haute;octave aigue;"
    "octave superieure;high octave;higher octave;une octave plus haut;plus haut;plus aigu;up high;notes aigues;"
    "notes hautes;tout en haut;suraigu;haut perche;haut perchee;perche;perchee;tres aigu;tres haut;very high;"
    "register high;registre superieur;an octave higher;octave up;high notes;octave au-dessus;top register;"
    "stratospheric;tres aigue;soprano",
}

DENSITIES: Mapping[Level.ValueType, str] = {
    LEVEL_LOW: "density: low;densité: faible;densité: basse;densité: low;density=low;densité=faible;sparse;epure;"
    "epuree;epures;epurees;minimal;minimale;minimaliste;minimalistes;minimalist;minimalistic;aere;aeree;aeres;"
    "aerees;peu de notes;few notes;a few notes;fewer notes;moins de notes;less notes;densite faible;"
    "faible densite;densite basse;basse densite;low density;density low;densite low;spacious;spaced out;spaced;"
    "depouille;depouillee;clairseme;clairsemee;peu dense;peu charge;peu chargee;tres aere;tres aeree;long notes;"
    "notes longues;longues notes;sustained notes;notes tenues;notes tenue;pas beaucoup de notes;not many notes;"
    "quelques notes;rarefied;uncluttered;leger en notes;simple et aere;not busy;laisse de l'espace;lots of space;"
    "beaucoup d'espace;with space;avec de l'espace;rondes et blanches;whole notes;half notes;en rondes;"
    "en blanches;espacee;espacees;notes espacees;very few notes;tres peu de notes;empty;vide;pas charge;"
    "pas chargee;moins dense;less dense;less busy;plus aere;laidback density",
    LEVEL_MEDIUM: "density: medium;densité: moyenne;density=medium;densité=moyenne;densite moyenne;medium density;"
    "density medium;moderately dense;moyennement dense;densite medium;densite moderee;moderate density;"
    "normal density;densite normale;ni trop dense ni trop vide;average density",
    LEVEL_HIGH: "density: high;densité: forte;densité: haute;densité: élevée;density=high;densité=forte;dense;denses;"
    "busy;trop charge;tres charge;bien charge;plus charge;assez charge;chargee;chargees;touffu;touffue;fourni;"
    "fournie;beaucoup de notes;many notes;lots of notes;a lot of notes;plein de notes;full of notes;densite forte;"
    "forte densite;densite elevee;haute densite;high density;density high;densite haute;densite high;rempli;"
    "remplie;tres dense;very dense;very busy;tres charge;tres chargee;doubles croches;double croche;double-croche;"
    "doubles-croches;en doubles croches;sixteenth notes;16th notes;sixteenths;16ths;notes rapides;fast notes;"
    "shredding;virtuose;virtuosic;foisonnant;foisonnante;bien rempli;complexe et dense;plus dense;more dense;"
    "denser;busier;more notes;plus de notes;fleuri;fleurie;bavard;bavarde;notes partout;hectic;packed;"
    "plein de doubles croches;tonnes de notes;tons of notes;relentless;triples croches;32nd notes",
}

# Amount of swing, a fraction of the unit that swings: 0.33 is the triplet feel.
SWINGS: Mapping[float, str] = {
    0.0: "binaire;straight;straight feel;bien droit;no swing;unswung;sans swing;straight eighths;straight time;"
    "quantized;quantise",
    0.05: "moins de swing;moins swingue;moins swinguee",
    0.15: "light swing;leger swing;un peu de swing;slight swing;petit swing;a bit of swing;some swing;swing leger;"
    "touch of swing;a little swing;subtle swing",
    0.33: "avec du swing;with swing;swingue;swinguee;swingy;swung;shuffle;shuffled;ternaire;triplet feel;"
    "feeling ternaire;swing feel;feel swing;du swing;swing eighths;swung eighths;qui swingue;"
    "swingant;swingante;swinging;en ternaire;shuffle feel;en shuffle;medium swing;"
    "swung sixteenths;swing sixteenths;swung 16ths;swing 16ths;16th swing",
    0.4: "plus de swing;more swing;plus swingue;plus swinguee",
    0.45: "heavy swing;gros swing;beaucoup de swing;lots of swing;hard swing;tres swingue;swing marque;strong swing;"
    "dilla feel",
}

# Names of patterns that make a drum part definite without a style.
PATTERNS = (
    "four on the floor;four-on-the-floor;4 on the floor;four to the floor;backbeat;back beat;"
    "amen break;amen;train beat;blast beat;blastbeat;son clave;rumba clave;clave;tresillo;motorik;poum tchak;"
    "boom tchak;boom bap pattern;kick on every beat;kick on 1 and 3;snare on 2 and 4;kick sur tous les temps;"
    "kick sur chaque temps;caisse claire sur 2 et 4;grosse caisse sur tous les temps;paradiddle;bembe;partido alto;"
    "bo diddley;bo diddley beat;purdie shuffle;kick sur 1 et 3;snare sur 2 et 4;shuffle beat"
)

HALF_TIME = "half_time"
HALF_TIMES = "half-time;half time;halftime;mi-temps;half time feel;halftime feel;half-time feel;half time shuffle"

# Everyday phrases that hold a musical word without meaning it.
STOP_PHRASES = (
    "pas grave;c'est pas grave;no problem;no worries;sans probleme;sans souci;sans soucis;sans doute;si possible;"
    "si tu peux;if possible;la majeure partie;majeure partie;force majeure;en majeure partie;major label;minor change;"
    "minor changes;major change;major changes;minor tweak;minor tweaks;minor adjustment;minor detail;minor details;"
    "minor issue;minor edit;minor edits;minor variation;minor variations;major variation;major improvement;"
    "major third;minor third;tierce mineure;tierce majeure;"
    "sixte majeure;sixte mineure;minor sixth;major sixth;minor second;off beat;off-beat;offbeat;"
    "off beats;offbeats;down beat;downbeat;upbeats;on the beat;on beat;per beat;each beat;every beat;beats per minute;"
    "a cappella;en haut de la page;key change;key changes;au plus vite;le plus vite possible;vite fait;"
    "as fast as possible;asap;des que possible;en direct;tout de suite;haut-parleur;haut parleur;haut-parleurs;"
    "high quality;haute qualite;high-quality;high-end;high end;haut de gamme;bas de gamme;qualite;top qualite;"
    "en bas de page;sous-sol;au sol;du sol;on the road;a la maison;at home;my house;the house is;ca marche;en marche;"
    "mise en place;bonne chance;good luck;in the lab;slow motion;fast forward;la la la;do it;do me;do you;bon do;"
    "cle de sol;clef de sol;cle de fa;clef de fa;cle d'ut;clef d'ut;treble clef;bass clef;make a change;do a;do an;"
    "do some;d'accord;je suis d'accord;etre d'accord;bien d'accord;plan b;plan a;b-side;a-side;"
    "face a;face b;solo mode;mode d'emploi;en mode auto;hi-fi;hifi;au final;dance floor;dancefloor;on the floor;"
    "light show;et cetera;bass drop;drop;by the way;avec plaisir;comme ca;s'il te plait;s'il vous plait;stp;svp;"
    "please;thank you;merci;a tempo;basse qualite;low quality;low budget;petit budget;basse frequence;"
    "basses frequences;low frequency;high frequency;haute frequence;hautes frequences;voix basse;a voix basse;"
    "low volume;volume bas;high volume;a la fin;in the end;my beat;mon beat;ce beat;this beat;marche pas"
)

# What asks for a change of music that exists.
REFINEMENTS = (
    "transpose;transposer;transposez;transposed;recommence;recommencer;refais;refais le;refaire;refais moi ca;undo;"
    "redo;annule;annuler;try again;start over;do it again;do that again;one more time;encore une fois;c'est nul;"
    "c'est moche;"
    "c'est pourri;c'est pas bon;c'est nul a chier;i hate it;it sucks;i don't like it;i dont like it;j'aime pas;"
    "je n'aime pas;make it faster;make it slower;make it louder;make it softer;make it darker;make it brighter;"
    "make it shorter;make it longer;make it better;make it simpler;make it sadder;make it happier;baisse le volume;"
    "monte le volume;turn it up;turn it down;un ton plus haut;un ton plus bas;d'un ton plus haut;d'un ton plus bas;"
    "plus haut d'un ton;plus bas d'un ton;un demi ton plus haut;un demi ton plus bas;d'un demi ton plus haut;"
    "d'un demi ton plus bas;a tone higher;a tone lower;a step higher;a step lower;a whole step up;a half step up;"
    "a semitone up;a semitone down;up a semitone;an octave up from there;change it;change that;autre chose;"
    "something else;another version;une autre version;garde le debut;keep the beginning;keep the first bars"
)

# Words of the studio that hold a musical word without meaning it; they are told as not understood.
SOUNDS = (
    "passe bas;passe haut;passe-bas;passe-haut;low pass;high pass;low-pass;high-pass;low cut;high cut;bass boost;"
    "bass boosted;side chain;sidechain;high shelf;low shelf;dry wet;wet dry;hard pan;hard panned;wide stereo;"
    "auto tune;tape stop;white noise;vinyl crackle;noise gate;ring mod;drum bus;bass amp;sub mix"
)
