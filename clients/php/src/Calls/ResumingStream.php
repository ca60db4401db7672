<?php

declare(strict_types=1);

namespace Boumbapp\Experts\Calls;

use Boumbapp\Experts\CallOptions;
use Boumbapp\Experts\Errors\ExpertException;
use Boumbapp\Experts\Errors\ExpertFailed;
use Boumbapp\Experts\Errors\ExpertUnavailable;
use Boumbapp\Experts\Errors\TooManyRequests;
use Boumbapp\Music\V2\Bar;
use Boumbapp\Music\V2\ComposingEvent;
use Boumbapp\Music\V2\Started;
use Google\Protobuf\Internal\Message;

/**
 * A composing stream that survives its own breaks: whatever breaks after Started is gone on with by seed and bars. What
 * fails before is the caller's to repeat.
 *
 * @internal
 */
final class ResumingStream
{
    private const WAIT_S = 0.2;

    public function __construct(private readonly Calls $calls)
    {
    }

    /**
     * The events of a piece, numbered without gaps, whatever happened on the way.
     *
     * @template R of Message
     * @param string $method "melody/Compose"
     * @param Message $request to begin with
     * @param \Closure(Message): \Closure $start makes the call for a request
     * @param class-string<R> $response what comes back
     * @return \Generator<int, ComposingEvent, void, void>
     * @throws ExpertException it failed for good
     */
    public function events(
        string $method,
        Message $request,
        \Closure $start,
        string $response,
        CallOptions $options,
        Deadline $deadline,
    ): \Generator {
        $sequence = 0;
        $started = null;
        /** @var array<string, list<Bar>> $bars */
        $bars = [];
        for ($attempt = 0; ; ++$attempt) {
            $asked = $started === null ? $request : Continuation::of($request, $started, $bars);
            \assert($asked !== null);
            try {
                foreach ($this->calls->stream($method, $start($asked), $response, $options, $deadline, $attempt) as $message) {
                    $event = $message->getEvent();
                    if ($event === null) {
                        continue;
                    }
                    if (($first = $event->getStarted()) !== null) {
                        if ($started !== null) {
                            continue; // of the same piece, once more
                        }
                        $started = $first;
                    } elseif (($ready = $event->getBar()) !== null && ($bar = $ready->getBar()) !== null) {
                        $bars[$ready->getTrack()][] = $bar;
                    }
                    yield $sequence => $event->setSequence($sequence);
                    ++$sequence;
                }
                return;
            } catch (ExpertException $failure) {
                if (
                    $attempt >= ($options->resumes ?? CallOptions::RESUMES)
                    || !self::isBreak($failure)
                    || !self::canGoOn($request, $started, $bars)
                    || !$deadline->wait(max(self::WAIT_S, $failure->retryAfterS ?? 0.0))
                ) {
                    throw $failure;
                }
            }
        }
    }

    /** Whether the way or the process broke, rather than the request being wrong. */
    private static function isBreak(ExpertException $failure): bool
    {
        return $failure instanceof ExpertUnavailable
            || ($failure instanceof ExpertFailed && $failure->reason === 'BROKEN')
            || ($failure instanceof TooManyRequests && $failure->reason === 'GAVE_WAY');
    }

    /** @param array<string, list<Bar>> $bars */
    private static function canGoOn(Message $request, ?Started $started, array $bars): bool
    {
        return $started !== null && Continuation::of($request, $started, $bars) !== null;
    }
}
