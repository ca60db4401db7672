<?php

declare(strict_types=1);

namespace Boumbapp\Experts;

/** For whom a call is made, in the form that a listener of the gateway asks for. */
interface Caller
{
    /** Name for logs; empty for none. */
    public function name(): string;

    /** @return array<string, list<string>> metadata of the call */
    public function metadata(): array;
}
