<?php

declare(strict_types=1);

namespace Boumbapp\Experts;

/** No user: a call of the application itself, which the gateway's internal listener knows by its certificate. */
final class Anonymous implements Caller
{
    public function name(): string
    {
        return '';
    }

    public function metadata(): array
    {
        return [];
    }
}
