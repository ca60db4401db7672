<?php

declare(strict_types=1);

namespace Boumbapp\Experts\Errors;

/** The user's quota is used up, or all places are taken; `retryAfterS` says when to come again. */
final class TooManyRequests extends ExpertException
{
}
