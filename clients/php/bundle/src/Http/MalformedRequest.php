<?php

declare(strict_types=1);

namespace Boumbapp\ExpertsBundle\Http;

/** The body of a request cannot be read; the message says why, for the author of the page. */
final class MalformedRequest extends \InvalidArgumentException
{
}
