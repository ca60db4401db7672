<?php

declare(strict_types=1);

namespace Boumbapp\Experts\Observing;

use Boumbapp\Music\V2\ComposingEvent;
use Google\Protobuf\Internal\Message;

/**
 * What a call does while it lasts, for its record.
 *
 * @internal
 */
final class Stopwatch
{
    public string $requestId = '';
    private readonly int $began;
    private ?float $firstBarMs = null;
    private int $bars = 0;
    /** @var list<string> */
    private array $notices = [];

    public function __construct(private readonly string $method, private readonly string $user, private readonly int $attempt)
    {
        $this->began = (int) hrtime(true);
    }

    public function saw(Message $message): void
    {
        $event = method_exists($message, 'getEvent') ? $message->getEvent() : null;
        if (!$event instanceof ComposingEvent) {
            return;
        }
        if (($started = $event->getStarted()) !== null) {
            $this->requestId = $started->getRequestId();
        } elseif ($event->getBar() !== null) {
            $this->firstBarMs ??= $this->ms();
            ++$this->bars;
        } elseif (($notice = $event->getNotice()) !== null) {
            $this->notices[] = $notice->getCode();
        }
    }

    public function record(string $failure): CallRecord
    {
        return new CallRecord(
            $this->method,
            $this->user,
            $this->ms(),
            $this->firstBarMs,
            $this->bars,
            $this->requestId,
            $failure,
            $this->notices,
            $this->attempt,
        );
    }

    private function ms(): float
    {
        return (hrtime(true) - $this->began) / 1e6;
    }
}
