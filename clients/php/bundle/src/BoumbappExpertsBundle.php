<?php

declare(strict_types=1);

namespace Boumbapp\ExpertsBundle;

use Symfony\Component\HttpKernel\Bundle\Bundle;

/** The music experts in a Symfony application. */
final class BoumbappExpertsBundle extends Bundle
{
    public function getPath(): string
    {
        return \dirname(__DIR__);
    }
}
