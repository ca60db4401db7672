<?php

declare(strict_types=1);

namespace Boumbapp\Experts\Errors;

/** The request is wrong: `fields` says where, the message what to do. */
final class InvalidRequest extends ExpertException
{
}
