<?php

declare(strict_types=1);

namespace Boumbapp\Experts;

use Boumbapp\Music\V2\Bar;
use Boumbapp\Music\V2\BarReady;
use Boumbapp\Music\V2\Completed;
use Boumbapp\Music\V2\ComposingEvent;
use Boumbapp\Music\V2\Notice;
use Boumbapp\Music\V2\Started;
use Boumbapp\NoteForm\NoteForm;

/** A piece as its stream told it, for callers who want it whole. */
final class Piece
{
    /**
     * @param Started|null $started what was understood; null of a stream that said nothing
     * @param array<string, list<Bar>> $tracks bars by track
     * @param list<Notice> $notices
     */
    private function __construct(
        public readonly ?Started $started,
        public readonly array $tracks,
        public readonly array $notices,
        public readonly ?Completed $completed,
    ) {
    }

    /**
     * Read a stream to its end.
     *
     * @param iterable<ComposingEvent> $events
     */
    public static function collect(iterable $events): self
    {
        [$started, $tracks, $notices, $completed] = [null, [], [], null];
        foreach ($events as $event) {
            $started ??= $event->getStarted();
            $completed ??= $event->getCompleted();
            if (($ready = $event->getBar()) !== null && ($bar = $ready->getBar()) !== null) {
                $tracks[$ready->getTrack()][] = $bar;
            } elseif (($notice = $event->getNotice()) !== null) {
                $notices[] = $notice;
            }
        }
        return new self($started, $tracks, $notices, $completed);
    }

    /**
     * The bars of a stream, one by one as they come; the rest is passed over.
     *
     * @param iterable<ComposingEvent> $events
     * @return \Generator<int, BarReady, void, void>
     */
    public static function bars(iterable $events): \Generator
    {
        foreach ($events as $event) {
            if (($bar = $event->getBar()) !== null) {
                yield $bar;
            }
        }
    }

    /**
     * The notes of all tracks as a piano roll has them: clients/note-form.
     *
     * @param int $middleC the octave that C of MIDI 60 is written in
     * @return array<string, list<array{pitch: string, start: float, duration: float, velocity: int}>> by track
     */
    public function notes(int $middleC = 4): array
    {
        return array_map(static fn (array $bars): array => NoteForm::toNotes($bars, $middleC), $this->tracks);
    }
}
