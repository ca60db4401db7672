<?php

declare(strict_types=1);

namespace Boumbapp\NoteForm;

/**
 * Bars of the contract as a flat list of notes over the whole piece, and back. Times are in sixteenth notes from the
 * beginning of the piece; the fraction is micro-timing.
 */
final class NoteForm
{
    private const SCIENTIFIC = 4;
    private const MOST_TICKS = Fields::TICKS; // farthest that an onset or release may lie from the grid

    /**
     * A piece as a flat list, ordered by start. Parts of tied notes become one note; a tie that prolongs nothing is a
     * note. A hit is a note on its key in General MIDI, a sixteenth long; of a flam or a roll, the main or first stroke.
     * What a newer contract strikes is left out. A bar that is missing between two indices is silence as long as the bar
     * before it.
     *
     * @param iterable<object|array<string, mixed>> $bars Bar messages, or their JSON as arrays
     * @param int $middleC the octave that C of MIDI 60 is written in: 4 (scientific pitch notation, so "C3" is MIDI 48)
     * @param bool $flats how a black key is named where the bar does not tell
     * @return list<array{pitch: string, start: float, duration: float, velocity: int}>
     * @throws \RangeException an index stands twice, or a name is none
     */
    public static function toNotes(iterable $bars, int $middleC = self::SCIENTIFIC, bool $flats = false): array
    {
        $read = [];
        foreach ($bars as $bar) {
            $read[] = Fields::bar($bar);
        }
        usort($read, static fn (array $a, array $b): int => $a['index'] <=> $b['index']);
        [$line, $next, $length] = [0, 0, 0];
        $sounding = [];
        $open = []; // which of them end at a place of the grid, by pitch and ticks; each with its spelling
        foreach ($read as $bar) {
            if ($bar['index'] < $next) {
                throw new \RangeException("bar {$bar['index']} stands twice");
            }
            $line += ($bar['index'] - $next) * ($length ?: $bar['ticks']);
            foreach ($bar['notes'] as $note) {
                $key = $note['key'];
                $one = null;
                if ($note['tied'] && $note['written'] === 0 && ($open["$key@$line"] ?? []) !== []) {
                    // Where two of one pitch end together, the tie goes on from the one spelled alike, else the first.
                    $alike = array_search($note['name'], $open["$key@$line"], true);
                    $one = $alike === false ? array_key_first($open["$key@$line"]) : $alike;
                    unset($open["$key@$line"][$one]);
                }
                if ($one === null) {
                    $name = $note['name'] !== ''
                        ? Pitch::moved($note['name'], $middleC - self::SCIENTIFIC)
                        : Pitch::name($key, $middleC, $flats);
                    $one = count($sounding);
                    $onset = max($line + $note['onset'], 0);
                    $sounding[] = ['key' => $key, 'pitch' => $name, 'velocity' => $note['velocity'], 'onset' => $onset];
                }
                $sounding[$one]['release'] = $line + $note['release'];
                $open[$key . '@' . ($line + $note['writtenEnd'])][$one] = $note['name'];
            }
            foreach ($bar['hits'] as $hit) {
                $onset = max($line + $hit['onset'], 0);
                $sounding[] = [
                    'key' => $hit['key'],
                    'pitch' => Pitch::name($hit['key'], $middleC, $flats),
                    'velocity' => $hit['velocity'],
                    'onset' => $onset,
                    'release' => $onset + Fields::TICKS,
                ];
            }
            $line += $bar['ticks'];
            [$length, $next] = [$bar['ticks'], $bar['index'] + 1];
        }
        usort($sounding, static fn (array $a, array $b): int => [$a['onset'], $a['key']] <=> [$b['onset'], $b['key']]);
        return array_map(static fn (array $one): array => [
            'pitch' => $one['pitch'],
            'start' => $one['onset'] / Fields::TICKS,
            'duration' => max($one['release'] - $one['onset'], 1) / Fields::TICKS,
            'velocity' => $one['velocity'],
        ], $sounding);
    }

    /**
     * A flat list as bars in the JSON of the contract, from index 0 to the last one that something sounds in. A note
     * that crosses a bar line is split there and tied. Times are rounded to 1/120 of a sixteenth.
     *
     * `(new Bar())->mergeFromJsonString(json_encode($bar))` makes a message of each; protobuf needs ext-bcmath for that.
     *
     * @param iterable<array{pitch: string, start: int|float, duration: int|float, velocity: int}> $notes
     * @param non-empty-list<array{int, int}> $meters beats and beat unit of each bar; the last one holds for all after it
     * @param int $middleC the octave that C of MIDI 60 is written in
     * @param bool $drums whether to write hits: the notes are keys of General MIDI's kit, and their lengths say nothing
     * @return list<array<string, mixed>>
     * @throws \RangeException a name, time or velocity is none
     */
    public static function toBars(
        iterable $notes,
        array $meters = [[4, 4]],
        int $middleC = self::SCIENTIFIC,
        bool $drums = false,
    ): array {
        $bars = [];
        $lines = [0]; // ticks at which each bar begins
        foreach ($notes as $note) {
            [$first, $last, $offset, $release] = self::onGrid($note);
            $key = Pitch::key($note['pitch'], $middleC);
            $name = Pitch::moved($note['pitch'], self::SCIENTIFIC - $middleC);
            while (end($lines) < ($drums ? $first + Fields::TICKS : $last)) {
                [$beats, $unit] = $meters[count($bars)] ?? end($meters);
                $lines[] = end($lines) + Fields::barTicks($beats, $unit);
                $meter = ['beats' => $beats, 'beatUnit' => $unit];
                $bars[] = ['index' => count($bars), 'meter' => $meter, 'notes' => [], 'hits' => []];
            }
            for ($bar = 0; $lines[$bar + 1] <= $first; $bar++);
            if ($drums) {
                $bars[$bar]['hits'][] = [
                    'piece' => Fields::pieceOfKey($key),
                    'step' => intdiv($first - $lines[$bar], Fields::TICKS),
                    'velocity' => $note['velocity'],
                    'offsetTicks' => $offset,
                ];
                continue;
            }
            for ($start = $first; $start < $last; $start = $end, $bar++) {
                $end = min($last, $lines[$bar + 1]);
                $bars[$bar]['notes'][] = [
                    'pitch' => $key,
                    'startStep' => intdiv($start - $lines[$bar], Fields::TICKS),
                    'durationSteps' => intdiv($end - $start, Fields::TICKS),
                    'velocity' => $note['velocity'],
                    'offsetTicks' => $start === $first ? $offset : 0,
                    'releaseTicks' => $end === $last ? $release : 0,
                    'name' => $name,
                    'tied' => $start !== $first,
                ];
            }
        }
        foreach ($bars as &$written) {
            usort($written['notes'], static fn (array $a, array $b): int => [$a['startStep'], $a['pitch']] <=> [$b['startStep'], $b['pitch']]);
            usort($written['hits'], static fn (array $a, array $b): int => [$a['step'], $a['piece']] <=> [$b['step'], $b['piece']]);
        }
        return $bars;
    }

    /**
     * Where a note is written, in ticks on the grid of sixteenths, and how far its sound lies from there.
     *
     * @param array{pitch: string, start: int|float, duration: int|float, velocity: int} $note
     * @return array{int, int, int, int} first, last, offset, release
     */
    private static function onGrid(array $note): array
    {
        ['start' => $begin, 'duration' => $duration, 'velocity' => $velocity] = $note;
        if (!($begin >= 0 && $duration > 0 && is_finite((float) $begin + (float) $duration))) {
            throw new \RangeException("start $begin and duration $duration: a note begins at 0 or later and lasts");
        }
        if (!is_int($velocity) || $velocity < 1 || $velocity > 127) {
            throw new \RangeException(json_encode($velocity) . ' is no velocity: a whole number from 1 to 127');
        }
        $onset = (int) round($begin * Fields::TICKS);
        $end = max((int) round(($begin + $duration) * Fields::TICKS), $onset + 1);
        $first = (int) floor($onset / Fields::TICKS + 0.5) * Fields::TICKS;
        $last = max((int) floor($end / Fields::TICKS + 0.5) * Fields::TICKS, $first + Fields::TICKS);
        if ($end - $last < -self::MOST_TICKS) {
            // Short, and early for its step: written late in the step before.
            $first -= Fields::TICKS;
            $last -= Fields::TICKS;
        }
        return [$first, $last, $onset - $first, $end - $last];
    }
}
