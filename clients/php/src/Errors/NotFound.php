<?php

declare(strict_types=1);

namespace Boumbapp\Experts\Errors;

/** What the request names does not exist, or belongs to another user. */
final class NotFound extends ExpertException
{
}
