<?php

declare(strict_types=1);

namespace Boumbapp\ExpertsBundle\Http;

use Boumbapp\Experts\CallOptions;
use Boumbapp\ExpertsBundle\Security\CurrentUser;
use Symfony\Component\HttpFoundation\RequestStack;

/** Options of calls that are made while a request is answered: its user, its language, its trace. */
final class RequestOptions
{
    public function __construct(
        private readonly CurrentUser $user,
        private readonly RequestStack $requests,
        private readonly int $resumes,
    ) {
    }

    public function __invoke(): CallOptions
    {
        return new CallOptions(
            caller: $this->user,
            language: $this->language(),
            resumes: $this->resumes,
            traceparent: $this->requests->getMainRequest()?->headers->get('traceparent'),
        );
    }

    /** As an Accept-Language header has it. */
    public function language(): string
    {
        $request = $this->requests->getMainRequest();
        return $request?->headers->get('accept-language') ?? $request?->getLocale() ?? 'en';
    }
}
