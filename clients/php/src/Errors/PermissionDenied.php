<?php

declare(strict_types=1);

namespace Boumbapp\Experts\Errors;

/** The caller may not do this. */
final class PermissionDenied extends ExpertException
{
}
