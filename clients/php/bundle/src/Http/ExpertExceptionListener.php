<?php

declare(strict_types=1);

namespace Boumbapp\ExpertsBundle\Http;

use Boumbapp\Experts\Errors\ExpertException;
use Symfony\Component\HttpKernel\Event\ExceptionEvent;

/** Answers what no controller caught of the experts' failures. */
final class ExpertExceptionListener
{
    public function __invoke(ExceptionEvent $event): void
    {
        $failure = $event->getThrowable();
        if ($failure instanceof ExpertException) {
            $event->setResponse(ErrorResponse::of($failure));
        }
    }
}
