<?php

declare(strict_types=1);

namespace Boumbapp\Experts\Observing;

/** A call that ended, for logs and panels. */
final class CallRecord
{
    public const CANCELLED = 'CANCELLED';

    /**
     * @param string $method "melody/Compose"
     * @param string $user for whom; empty where a token says it, or nobody does
     * @param float $durationMs from its start to its end
     * @param float|null $firstBarMs from its start to the first bar
     * @param int $bars bars that came
     * @param string $requestId as Started or the error says
     * @param string $failure code of the error; CANCELLED when its consumer stopped; empty when it ended well
     * @param list<string> $notices codes of the notices that came
     * @param int $attempt 0, or how many times the stream had been resumed before
     */
    public function __construct(
        public readonly string $method,
        public readonly string $user,
        public readonly float $durationMs,
        public readonly ?float $firstBarMs,
        public readonly int $bars,
        public readonly string $requestId,
        public readonly string $failure,
        public readonly array $notices,
        public readonly int $attempt,
    ) {
    }
}
