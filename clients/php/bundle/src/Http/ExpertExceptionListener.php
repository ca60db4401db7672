<?php

declare(strict_types=1);

namespace Boumbapp\ExpertsBundle\Http;

use Boumbapp\Experts\Errors\ExpertException;
use Boumbapp\Experts\Errors\InvalidRequest;
use Boumbapp\Experts\Errors\PublicTexts;
use Symfony\Component\HttpKernel\Event\ExceptionEvent;

/** Answers what no controller caught of the experts' failures. */
final class ExpertExceptionListener
{
    private const INVALID_ARGUMENT = 3;

    public function __construct(private readonly RequestOptions $options)
    {
    }

    public function __invoke(ExceptionEvent $event): void
    {
        $failure = $event->getThrowable();
        if ($failure instanceof MalformedRequest) {
            $text = PublicTexts::text('MALFORMED', $this->options->language(), ['problem' => $failure->getMessage()]);
            $failure = new InvalidRequest($text, 'MALFORMED', self::INVALID_ARGUMENT);
        }
        if ($failure instanceof ExpertException) {
            $event->setResponse(ErrorResponse::of($failure));
        }
    }
}
