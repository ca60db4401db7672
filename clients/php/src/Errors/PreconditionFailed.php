<?php

declare(strict_types=1);

namespace Boumbapp\Experts\Errors;

/** The expert lacks something that it needs, such as a model. */
final class PreconditionFailed extends ExpertException
{
}
