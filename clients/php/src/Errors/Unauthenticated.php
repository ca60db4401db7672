<?php

declare(strict_types=1);

namespace Boumbapp\Experts\Errors;

/** The gateway does not know the caller. */
final class Unauthenticated extends ExpertException
{
}
