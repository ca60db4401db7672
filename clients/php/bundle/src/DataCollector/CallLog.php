<?php

declare(strict_types=1);

namespace Boumbapp\ExpertsBundle\DataCollector;

use Boumbapp\Experts\Observing\CallObserver;
use Boumbapp\Experts\Observing\CallRecord;

/** The calls since the request began. An object of its own, since the profiler clones its collectors when a stream begins. */
final class CallLog implements CallObserver
{
    /** @var list<CallRecord> */
    public array $calls = [];

    public function ended(CallRecord $call): void
    {
        $this->calls[] = $call;
    }
}
