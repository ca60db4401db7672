<?php

declare(strict_types=1);

namespace Boumbapp\ExpertsBundle\Generating;

use Boumbapp\Arranger\V2\ComposeRequest as ArrangeRequest;
use Boumbapp\Drums\V2\ComposeRequest as DrumsRequest;
use Boumbapp\Experts\CallOptions;
use Boumbapp\Experts\Errors\ExpertException;
use Boumbapp\Experts\Experts;
use Boumbapp\Experts\Messages;
use Boumbapp\Experts\Piece;
use Boumbapp\Melody\V2\ComposeRequest as MelodyRequest;
use Boumbapp\Music\V2\ComposingEvent;
use Boumbapp\Music\V2\IntentPart;
use Boumbapp\Music\V2\Notice;
use Boumbapp\Music\V2\Pace;
use Boumbapp\Music\V2\Playback;
use Boumbapp\Music\V2\Role;
use Boumbapp\Music\V2\Track;
use Boumbapp\Theory\V2\AnalyseRequest;

/** Whole pieces in the form of the DAW, by the expert that the words ask for. */
final class Generator
{
    // What the experts say of an engine that is not there now, or never was.
    private const NO_ENGINE = ['ENGINE_UNAVAILABLE', 'UNKNOWN_ENGINE'];

    /**
     * @param string $defaultEngine where an order names none
     * @param int $middleC octave that MIDI 60 is written in
     */
    public function __construct(
        private readonly Experts $experts,
        private readonly string $defaultEngine,
        private readonly int $middleC,
    ) {
    }

    /**
     * Compose what is ordered.
     *
     * @return array<string, mixed> `notes` of the whole piece, `tracks` with those of each part, and what was understood
     * @throws ExpertException the experts refuse or fail
     */
    public function generate(Order $order, ?CallOptions $options = null): array
    {
        try {
            return $this->whole($order, $order->engine ?: $this->defaultEngine, $options);
        } catch (ExpertException $failure) {
            if ($order->engine !== '' || !in_array($failure->reason, self::NO_ENGINE, true)) {
                throw $failure;
            }
            return $this->whole($order, '', $options);
        }
    }

    /**
     * The events of what is ordered, one by one as they come: in time for playback, a few bars ahead.
     *
     * @param int $pace one of `Pace`; who wants the whole piece at once says PACE_AS_FAST_AS_POSSIBLE
     * @return \Generator<int, ComposingEvent, void, void>
     */
    public function events(
        Order $order,
        string $engine = '',
        ?CallOptions $options = null,
        int $pace = Pace::PACE_UNSPECIFIED,
    ): \Generator {
        $shared = ['prompt' => $order->prompt, 'hints' => $order->hints(), 'locale' => $order->locale];
        $intent = $this->experts->analyse(new AnalyseRequest($shared), $options)->getIntent();
        $shared['playback'] = new Playback(['pace' => $pace]);
        $shared += $order->seed === null ? [] : ['seed' => $order->seed];
        if (count(Messages::list(IntentPart::class, $intent?->getParts())) > 1) {
            return $this->experts->arrange(new ArrangeRequest($shared), $options);
        }
        $shared += ['engine' => $engine];
        return $intent?->getRole() === Role::ROLE_DRUMS
            ? $this->experts->drums(new DrumsRequest($shared), $options)
            : $this->experts->compose(new MelodyRequest($shared), $options);
    }

    /** @return array<string, mixed> */
    private function whole(Order $order, string $engine, ?CallOptions $options): array
    {
        $events = $this->events($order, $engine, $options, Pace::PACE_AS_FAST_AS_POSSIBLE);
        return $this->form(Piece::collect($events));
    }

    /** @return array<string, mixed> */
    private function form(Piece $piece): array
    {
        $notes = $piece->notes($this->middleC);
        $all = array_merge(...array_values($notes));
        usort($all, static fn (array $a, array $b): int => $a['start'] <=> $b['start']);
        $tracks = [];
        foreach (Messages::list(Track::class, $piece->started?->getTracks()) as $track) {
            $tracks[] = [
                'id' => $track->getId(),
                'name' => $track->getName(),
                'role' => strtolower(substr(Role::name($track->getRole()), strlen('ROLE_'))),
                'program' => $track->hasProgram() ? $track->getProgram() : null,
                'notes' => $notes[$track->getId()] ?? [],
            ];
        }
        $intent = $piece->started?->getIntent();
        $key = $intent?->getKey();
        return [
            'notes' => $all,
            'tracks' => $tracks,
            'bpm' => $piece->started?->getBpm() ?: $intent?->getBpm(),
            'bars' => $intent?->getBars(),
            'meter' => ['beats' => $intent?->getMeter()?->getBeats(), 'beatUnit' => $intent?->getMeter()?->getBeatUnit()],
            'key' => $key === null ? null : ['tonic' => $key->getTonic(), 'scale' => $key->getScale()],
            'seed' => $piece->started?->getSeed(),
            'engine' => $piece->started?->getEngine(),
            'requestId' => $piece->started?->getRequestId(),
            'explanation' => $piece->started?->getExplanation(),
            'suggestions' => Messages::texts($piece->started?->getSuggestions()),
            'notices' => array_map(
                static fn (Notice $notice): array => ['code' => $notice->getCode(), 'message' => $notice->getMessage()],
                $piece->notices,
            ),
        ];
    }
}
