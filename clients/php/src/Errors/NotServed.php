<?php

declare(strict_types=1);

namespace Boumbapp\Experts\Errors;

/** The gateway or the expert does not serve this method. */
final class NotServed extends ExpertException
{
}
