<?php

declare(strict_types=1);

namespace Boumbapp\Experts\Observing;

/** Is informed of every call that ended. */
interface CallObserver
{
    public function ended(CallRecord $call): void;
}
