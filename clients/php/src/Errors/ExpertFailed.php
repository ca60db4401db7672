<?php

declare(strict_types=1);

namespace Boumbapp\Experts\Errors;

/** Something went wrong on the way or at the expert; quote `requestId` when you report it. */
final class ExpertFailed extends ExpertException
{
}
