<?php

declare(strict_types=1);

namespace Boumbapp\Experts\Errors;

/** An expert, or the way to it, is away. */
final class ExpertUnavailable extends ExpertException
{
}
