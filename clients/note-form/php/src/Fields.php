<?php

declare(strict_types=1);

namespace Boumbapp\NoteForm;

/** The fields of the contract's bars and notes that this package reads: the one place that names them. */
final class Fields
{
    /** Ticks in a sixteenth note, the contract's unit of time below a step. */
    public const TICKS = 120;

    // The contract's pieces of the kit by number, each with its key in General MIDI.
    private const KIT = [
        1 => ['KICK', 36], ['SNARE', 38], ['RIM', 37], ['CLAP', 39], ['CLOSED_HAT', 42], ['PEDAL_HAT', 44],
        ['OPEN_HAT', 46], ['LOW_TOM', 45], ['MID_TOM', 47], ['HIGH_TOM', 50], ['RIDE', 51], ['CRASH', 49],
        ['COWBELL', 56], ['SHAKER', 70], ['TAMBOURINE', 54],
    ];

    /** Ticks of a bar with this metre. */
    public static function barTicks(int $beats, int $beatUnit): int
    {
        return intdiv($beats * 16 * self::TICKS, $beatUnit);
    }

    /**
     * A bar in one form: index, ticks, notes, hits.
     *
     * @param object|array<string, mixed> $bar a Bar message, or its JSON as an array
     * @return array{index: int, ticks: int, notes: list<array<string, mixed>>, hits: list<array<string, int>>}
     */
    public static function bar(object|array $bar): array
    {
        $read = is_array($bar) ? $bar : json_decode($bar->serializeToJsonString(), true, 64, JSON_THROW_ON_ERROR);
        $step = intdiv(4 * self::TICKS, ($read['divisions'] ?? 0) ?: 4);
        $ticks = self::barTicks(($read['meter']['beats'] ?? 0) ?: 4, ($read['meter']['beatUnit'] ?? 0) ?: 4);
        $notes = array_map(static fn (array $note): array => self::note($note, $step), $read['notes'] ?? []);
        $hits = array_map(static fn (array $hit): ?array => self::hit($hit, $step), $read['hits'] ?? []);
        return [
            'index' => $read['index'] ?? 0,
            'ticks' => $ticks,
            'notes' => $notes,
            'hits' => array_values(array_filter($hits)),
        ];
    }

    /**
     * @param array<string, mixed> $note
     * @return array<string, mixed> times in ticks from the bar line: of the grid, of the sound
     */
    private static function note(array $note, int $step): array
    {
        $written = ($note['startStep'] ?? 0) * $step;
        $writtenEnd = $written + ($note['durationSteps'] ?? 0) * $step;
        return [
            'key' => $note['pitch'] ?? 0,
            'name' => $note['name'] ?? '',
            'velocity' => $note['velocity'] ?? 0,
            'tied' => $note['tied'] ?? false,
            'written' => $written,
            'writtenEnd' => $writtenEnd,
            'onset' => $written + ($note['offsetTicks'] ?? 0),
            'release' => $writtenEnd + ($note['releaseTicks'] ?? 0),
        ];
    }

    /**
     * @param array<string, mixed> $hit
     * @return array<string, int>|null its key and onset in ticks from the bar line; null when a newer contract has it
     */
    private static function hit(array $hit, int $step): ?array
    {
        $piece = $hit['piece'] ?? 0;
        foreach (self::KIT as $number => [$name, $key]) {
            if ($piece === $number || $piece === "DRUM_PIECE_$name") {
                $onset = ($hit['step'] ?? 0) * $step + ($hit['offsetTicks'] ?? 0);
                return ['key' => $key, 'velocity' => $hit['velocity'] ?? 0, 'onset' => $onset];
            }
        }
        return null;
    }

    /**
     * Number of the piece that General MIDI has on a key.
     *
     * @throws \RangeException the contract has none
     */
    public static function pieceOfKey(int $key): int
    {
        $piece = array_search($key, array_map(static fn (array $one): int => $one[1], self::KIT), true);
        if ($piece === false) {
            throw new \RangeException("no piece of the kit is on MIDI $key");
        }
        return $piece;
    }
}
