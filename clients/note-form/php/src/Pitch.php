<?php

declare(strict_types=1);

namespace Boumbapp\NoteForm;

/** Names of pitches: "C3", "F#2", "Eb-1". */
final class Pitch
{
    private const LETTERS = ['C' => 0, 'D' => 2, 'E' => 4, 'F' => 5, 'G' => 7, 'A' => 9, 'B' => 11];
    private const SHARPS = ['C', 'C#', 'D', 'D#', 'E', 'F', 'F#', 'G', 'G#', 'A', 'A#', 'B'];
    private const FLATS = ['C', 'Db', 'D', 'Eb', 'E', 'F', 'Gb', 'G', 'Ab', 'A', 'Bb', 'B'];
    private const NAME = '/^([A-Ga-g])([#♯]{1,2}|[b♭]{1,2}|x|𝄪|)(-?\d{1,2})$/Du';
    private const MIDDLE_C = 60;

    /**
     * MIDI key number, 0-127, of a name.
     *
     * @param int $middleC the octave that C of MIDI 60 is written in
     * @throws \RangeException it is no name, or no key
     */
    public static function key(string $name, int $middleC): int
    {
        [$letter, $accidentals, $octave] = self::parts($name);
        $alteration = str_starts_with($accidentals, 'b') ? -strlen($accidentals) : strlen($accidentals);
        $key = self::MIDDLE_C + ($octave - $middleC) * 12 + self::LETTERS[$letter] + $alteration;
        if ($key < 0 || $key > 127) {
            throw new \RangeException("$name is MIDI $key; keys go from 0 to 127");
        }
        return $key;
    }

    /** Name of a MIDI key. */
    public static function name(int $key, int $middleC, bool $flats = false): string
    {
        $names = $flats ? self::FLATS : self::SHARPS;
        return $names[$key % 12] . (intdiv($key, 12) - intdiv(self::MIDDLE_C, 12) + $middleC);
    }

    /**
     * The same name in another count of octaves.
     *
     * @throws \RangeException it is no name
     */
    public static function moved(string $name, int $octaves): string
    {
        [$letter, $accidentals, $octave] = self::parts($name);
        return $letter . $accidentals . ($octave + $octaves);
    }

    /** @return array{string, string, int} letter, accidentals as '#' or 'b', octave */
    private static function parts(string $name): array
    {
        if (preg_match(self::NAME, trim($name), $found) !== 1) {
            throw new \RangeException(json_encode($name) . ' is no name of a pitch, such as "C3", "F#2" or "Eb-1"');
        }
        $accidentals = strtr($found[2], ['♯' => '#', '♭' => 'b', 'x' => '##', '𝄪' => '##']);
        return [strtoupper($found[1]), $accidentals, (int) $found[3]];
    }
}
