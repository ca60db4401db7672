<?php

declare(strict_types=1);

namespace Boumbapp\Experts\Calls;

use Boumbapp\Experts\CallOptions;
use Boumbapp\Experts\Errors\ExpertException;
use Boumbapp\Experts\Errors\StatusReader;
use Boumbapp\Experts\Observing\CallObserver;
use Boumbapp\Experts\Observing\CallRecord;
use Boumbapp\Experts\Observing\Stopwatch;
use Google\Protobuf\Internal\Message;
use Grpc\ServerStreamingCall;
use Grpc\UnaryCall;
use Psr\Log\LoggerInterface;
use Psr\Log\LogLevel;

/**
 * Makes single calls: what is sent beside the request, how long they may take, how they end, and who is informed.
 *
 * @internal
 */
final class Calls
{
    /** @param iterable<CallObserver> $observers */
    public function __construct(private readonly LoggerInterface $logger, private readonly iterable $observers)
    {
    }

    /**
     * A call with one answer.
     *
     * @template T of Message
     * @param string $method "theory/Analyse"
     * @param \Closure(array<string, list<string>>, array<string, int>): UnaryCall $start makes the call
     * @param class-string<T> $answer what comes back
     * @return T
     * @throws ExpertException it failed
     */
    public function unary(string $method, \Closure $start, string $answer, CallOptions $options, Deadline $deadline): Message
    {
        $watch = new Stopwatch($method, $options->caller?->name() ?? '', 0);
        [$message, $status] = $start($options->metadata(), ['timeout' => $deadline->leftUs()])->wait();
        $failure = StatusReader::read($status, self::expert($method), $options->language ?? '', '');
        $this->ended($watch, $failure);
        if ($failure !== null) {
            throw $failure;
        }
        \assert($message instanceof $answer);
        return $message;
    }

    /**
     * A call with a stream of answers. It begins with the first one that is asked for; when its consumer stops before the
     * last one, it is cancelled.
     *
     * @template T of Message
     * @param string $method "melody/Compose"
     * @param \Closure(array<string, list<string>>, array<string, int>): ServerStreamingCall $start makes the call
     * @param class-string<T> $answer what comes back
     * @param int $attempt how often the stream was resumed before
     * @return \Generator<int, T, void, void>
     * @throws ExpertException it failed
     */
    public function stream(
        string $method,
        \Closure $start,
        string $answer,
        CallOptions $options,
        Deadline $deadline,
        int $attempt = 0,
    ): \Generator {
        $watch = new Stopwatch($method, $options->caller?->name() ?? '', $attempt);
        $call = $start($options->metadata(), ['timeout' => $deadline->leftUs()]);
        $over = false;
        try {
            foreach ($call->responses() as $message) {
                \assert($message instanceof $answer);
                $watch->saw($message);
                yield $message;
            }
            $over = true;
        } finally {
            if (!$over) {
                $call->cancel();
                $call->getStatus(); // is there at once; it makes sure that the cancellation was sent
                $this->ended($watch, null, cancelled: true);
            }
        }
        $failure = StatusReader::read($call->getStatus(), self::expert($method), $options->language ?? '', $watch->requestId);
        $this->ended($watch, $failure);
        if ($failure !== null) {
            throw $failure;
        }
    }

    private static function expert(string $method): string
    {
        return explode('/', $method, 2)[0];
    }

    private function ended(Stopwatch $watch, ?ExpertException $failure, bool $cancelled = false): void
    {
        $watch->requestId = $failure?->requestId ?: $watch->requestId;
        $record = $watch->record($cancelled ? CallRecord::CANCELLED : $failure?->reason ?? '');
        $context = [
            'method' => $record->method,
            'user' => $record->user,
            'request_id' => $record->requestId,
            'duration_ms' => round($record->durationMs, 1),
            'bars' => $record->bars,
            'notices' => $record->notices,
            'attempt' => $record->attempt,
        ];
        if ($failure === null) {
            $this->logger->log(LogLevel::INFO, $cancelled ? '{method}: stopped by its consumer' : '{method}: done', $context);
        } else {
            $context += ['reason' => $failure->reason, 'said' => $failure->privateText];
            $this->logger->log(LogLevel::WARNING, '{method}: {reason} ({said})', $context);
        }
        foreach ($this->observers as $observer) {
            $observer->ended($record);
        }
    }
}
