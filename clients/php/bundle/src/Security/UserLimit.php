<?php

declare(strict_types=1);

namespace Boumbapp\ExpertsBundle\Security;

use Boumbapp\Experts\Errors\PublicTexts;
use Boumbapp\Experts\Errors\TooManyRequests;
use Symfony\Component\RateLimiter\RateLimiterFactory;

/** How often one user may ask this application for music. */
final class UserLimit
{
    private const RESOURCE_EXHAUSTED = 8;

    /** @param RateLimiterFactory|null $limiter null for no limit */
    public function __construct(private readonly CurrentUser $user, private readonly ?RateLimiterFactory $limiter)
    {
    }

    /**
     * Count a request.
     *
     * @param string $language of the refusal, as an Accept-Language header has it
     * @throws TooManyRequests the user has used up what there is for now
     */
    public function count(string $language): void
    {
        $limit = $this->limiter?->create($this->user->name())->consume();
        if ($limit === null || $limit->isAccepted()) {
            return;
        }
        $retryS = (float) max(1, $limit->getRetryAfter()->getTimestamp() - time());
        $facts = ['retry_s' => (string) $retryS];
        $text = PublicTexts::text('QUOTA', $language, $facts);
        throw new TooManyRequests($text, 'QUOTA', self::RESOURCE_EXHAUSTED, $retryS, facts: $facts);
    }
}
