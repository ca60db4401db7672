<?php

declare(strict_types=1);

namespace Boumbapp\NoteForm;

/** The fields of the contract's bars and notes that this package reads: the one place that names them. */
final class Fields
{
    /** Ticks in a sixteenth note, the contract's unit of time below a step. */
    public const TICKS = 120;

    /** Ticks of a bar with this metre. */
    public static function barTicks(int $beats, int $beatUnit): int
    {
        return intdiv($beats * 16 * self::TICKS, $beatUnit);
    }

    /**
     * A bar in one form: index, ticks, notes.
     *
     * @param object|array<string, mixed> $bar a Bar message, or its JSON as an array
     * @return array{index: int, ticks: int, notes: list<array<string, mixed>>}
     */
    public static function bar(object|array $bar): array
    {
        $read = is_array($bar) ? $bar : json_decode($bar->serializeToJsonString(), true, 64, JSON_THROW_ON_ERROR);
        $step = intdiv(4 * self::TICKS, ($read['divisions'] ?? 0) ?: 4);
        $ticks = self::barTicks(($read['meter']['beats'] ?? 0) ?: 4, ($read['meter']['beatUnit'] ?? 0) ?: 4);
        $notes = array_map(static fn (array $note): array => self::note($note, $step), $read['notes'] ?? []);
        return ['index' => $read['index'] ?? 0, 'ticks' => $ticks, 'notes' => $notes];
    }

    /**
     * @param array<string, mixed> $note
     * @return array<string, mixed> times in ticks from the bar line: of the grid, of the sound
     */
    private static function note(array $note, int $step): array
    {
        $written = ($note['startStep'] ?? 0) * $step;
        $writtenEnd = $written + ($note['durationSteps'] ?? 0) * $step;
        // The second form is that of 0.1: fractions of a step in place of ticks.
        $offset = $note['offsetTicks'] ?? (int) round(($note['offset'] ?? 0) * self::TICKS);
        $release = $note['releaseTicks'] ?? (int) round(($note['releaseOffset'] ?? 0) * self::TICKS);
        return [
            'key' => $note['pitch'] ?? 0,
            'name' => $note['name'] ?? '',
            'velocity' => $note['velocity'] ?? 0,
            'tied' => $note['tied'] ?? false,
            'written' => $written,
            'writtenEnd' => $writtenEnd,
            'onset' => $written + $offset,
            'release' => $writtenEnd + $release,
        ];
    }
}
