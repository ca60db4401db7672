<?php

declare(strict_types=1);

namespace Boumbapp\Experts\Calls;

/**
 * When a call ends, whatever it does and however often it is resumed. Its time begins with the first question about it.
 *
 * @internal
 */
final class Deadline
{
    private ?int $end = null;

    public function __construct(private readonly float $seconds)
    {
    }

    /** Microseconds left, at least 1: gRPC itself says that a deadline is over. */
    public function leftUs(): int
    {
        $now = (int) hrtime(true);
        $end = $this->end ??= $now + (int) ($this->seconds * 1e9);
        return max(1, intdiv($end - $now, 1000));
    }

    /** Wait, unless the deadline would be over then. */
    public function wait(float $seconds): bool
    {
        $us = max(0, (int) ($seconds * 1e6));
        if ($us >= $this->leftUs()) {
            return false;
        }
        usleep($us);
        return true;
    }
}
