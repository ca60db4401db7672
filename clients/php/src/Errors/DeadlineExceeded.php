<?php

declare(strict_types=1);

namespace Boumbapp\Experts\Errors;

/** The time given for the call is over. */
final class DeadlineExceeded extends ExpertException
{
}
