<?php

declare(strict_types=1);

namespace Boumbapp\ExpertsBundle\Controller;

use Boumbapp\Experts\CallOptions;
use Boumbapp\Experts\Experts;
use Boumbapp\Experts\Anonymous;
use Symfony\Component\HttpFoundation\JsonResponse;
use Symfony\Component\HttpFoundation\Response;

/**
 * Whether the experts answer, for its operator: 200 while those without which nothing can be composed do,
 * else 503. It asks in this application's own name, which only the internal listener knows.
 */
final class HealthController
{
    private const NEEDED = ['theory', 'melody', 'drums'];

    public function __construct(private readonly Experts $experts)
    {
    }

    public function __invoke(): JsonResponse
    {
        $found = $this->experts->health(new CallOptions(caller: new Anonymous()));
        $away = array_intersect(self::NEEDED, array_keys(array_filter($found)));
        $states = array_map(static fn ($failure): string => $failure === null ? 'ok' : $failure->reason, $found);
        return new JsonResponse(
            ['status' => $away === [] ? 'ok' : 'down', 'experts' => $states],
            $away === [] ? Response::HTTP_OK : Response::HTTP_SERVICE_UNAVAILABLE,
        );
    }
}
