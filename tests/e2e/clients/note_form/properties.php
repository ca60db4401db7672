<?php

// Properties of boumbapp/note-form; random by a fixed seed. Usage: php properties.php AUTOLOAD PIECES
// Writes pieces and their bars to the file PIECES, as lines of JSON for the TypeScript package to agree with.

declare(strict_types=1);

use Boumbapp\Music\V2\Bar;
use Boumbapp\Music\V2\Meter;
use Boumbapp\Music\V2\Note;
use Boumbapp\NoteForm\NoteForm;
use Boumbapp\NoteForm\Pitch;

require $argv[1];
mt_srand(20261128);
$lines = [];

function same(mixed $expected, mixed $found, string $what): void
{
    if ($expected !== $found) {
        fwrite(STDERR, "$what: " . json_encode($expected) . ' is not ' . json_encode($found) . "\n");
        exit(1);
    }
}

function refused(callable $call, string $what): void
{
    try {
        $call();
    } catch (RangeException) {
        return;
    }
    same('refused', 'taken', $what);
}

/** @param list<array<string, mixed>> $notes */
function comparable(array $notes): array
{
    $rows = array_map(static fn (array $note): array => [
        (int) round($note['start'] * 120), $note['pitch'], (int) round($note['duration'] * 120), $note['velocity'],
    ], $notes);
    sort($rows);
    return $rows;
}

$names = ['C', 'C#', 'D', 'D#', 'E', 'F', 'F#', 'G', 'G#', 'A', 'A#', 'B', 'Db', 'Eb', 'Gb', 'Ab', 'Bb', 'E#', 'Fb', 'F##', 'Bbb'];
$known = [[4, 4], [3, 4], [7, 8], [5, 16]];
for ($run = 0; $run < 500; $run++) {
    $piece = [];
    for ($count = mt_rand(0, 24); $count > 0; $count--) {
        $pitch = $names[array_rand($names)] . mt_rand(0, 7);
        $piece[$pitch] = [
            'pitch' => $pitch,
            'start' => mt_rand(0, 64 * 120) / 120,
            'duration' => mt_rand(1, 40 * 120) / 120,
            'velocity' => mt_rand(1, 127),
        ];
    }
    $piece = array_values($piece);
    $meters = array_map(static fn (): array => $known[array_rand($known)], array_fill(0, mt_rand(1, 4), 0));
    $middleC = mt_rand(3, 5);
    $bars = NoteForm::toBars($piece, $meters, $middleC);
    same(comparable($piece), comparable(NoteForm::toNotes($bars, $middleC)), 'there and back');
    foreach ($bars as $index => $bar) {
        same($index, $bar['index'], 'index');
        foreach ($bar['notes'] as $note) {
            $steps = $bar['meter']['beats'] * 16 / $bar['meter']['beatUnit'];
            $inside = $note['durationSteps'] >= 1 && $note['startStep'] + $note['durationSteps'] <= $steps;
            same(true, $inside && abs($note['offsetTicks']) <= 120 && abs($note['releaseTicks']) <= 120, 'in range');
        }
    }
    if ($run < 100) {
        $lines[] = json_encode(['notes' => $piece, 'meters' => $meters, 'middleC' => $middleC, 'bars' => $bars]);
    }
}

$one = static fn (string $pitch): array => [['pitch' => $pitch, 'start' => 0, 'duration' => 1, 'velocity' => 90]];
same(48, NoteForm::toBars($one('C3'))[0]['notes'][0]['pitch'], 'scientific');
same(60, NoteForm::toBars($one('C3'), middleC: 3)[0]['notes'][0]['pitch'], 'C3 as middle C');
same(60, NoteForm::toBars($one('B#3'))[0]['notes'][0]['pitch'], 'B sharp');
same(61, NoteForm::toBars($one('c♯4'))[0]['notes'][0]['pitch'], 'small, with the sign');
for ($key = 0; $key < 128; $key++) {
    $bar = ['meter' => ['beats' => 4, 'beatUnit' => 4], 'notes' => [['pitch' => $key, 'durationSteps' => 1, 'velocity' => 1]]];
    foreach ([true, false] as $flats) {
        [$note] = NoteForm::toNotes([$bar], flats: $flats);
        same($key, NoteForm::toBars($one($note['pitch']))[0]['notes'][0]['pitch'], 'name of a key');
    }
}
foreach (['H3', 'C', '', 'C#b3', '3', 'C99', 'C-9', "C3\n#", 'C 3'] as $bad) {
    refused(static fn () => NoteForm::toBars($one($bad)), $bad);
}
foreach ([['start' => -1], ['start' => NAN], ['duration' => 0], ['velocity' => 0], ['velocity' => 128], ['velocity' => 0.5]] as $change) {
    refused(static fn () => NoteForm::toBars([[...$one('C3')[0], ...$change]]), json_encode(array_keys($change)));
}
refused(static fn () => NoteForm::toNotes([['index' => 1], ['index' => 1]]), 'twice');

// Drums: hits are notes of General MIDI's kit, and back.
$groove = [];
foreach ([36, 38, 37, 39, 42, 44, 46, 45, 47, 50, 51, 49, 56, 70, 54] as $index => $key) {
    $start = $index + 16 * ($index % 2) + $index / 120;
    $groove[] = ['pitch' => Pitch::name($key, 4), 'start' => $start, 'duration' => 1, 'velocity' => $index + 1];
}
$hits = NoteForm::toBars($groove, drums: true);
same(comparable($groove), comparable(NoteForm::toNotes($hits)), 'a groove');
same(range(1, 15, 2), array_column($hits[0]['hits'], 'piece'), 'pieces');
$named = ['hits' => [['piece' => 'DRUM_PIECE_SNARE', 'step' => 4, 'velocity' => 9, 'offsetTicks' => -30], ['piece' => 99], []]];
same([['pitch' => 'D2', 'start' => 3.75, 'duration' => 1, 'velocity' => 9]], NoteForm::toNotes([$named]), 'names of pieces');
refused(static fn () => NoteForm::toBars($one('C4'), drums: true), 'no piece');

// A message of the contract is read as it is.
$note = new Note(['pitch' => 51, 'start_step' => 2, 'duration_steps' => 4, 'velocity' => 90, 'name' => 'Eb3']);
$message = new Bar(['meter' => new Meter(['beats' => 4, 'beat_unit' => 4]), 'notes' => [$note]]);
same([['pitch' => 'Eb3', 'start' => 2, 'duration' => 4, 'velocity' => 90]], NoteForm::toNotes([$message]), 'message');
file_put_contents($argv[2], implode("\n", $lines));
echo "all hold\n";
