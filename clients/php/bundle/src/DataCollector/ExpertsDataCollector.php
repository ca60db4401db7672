<?php

declare(strict_types=1);

namespace Boumbapp\ExpertsBundle\DataCollector;

use Boumbapp\Experts\Observing\CallRecord;
use Symfony\Bundle\FrameworkBundle\DataCollector\AbstractDataCollector;
use Symfony\Component\HttpFoundation\Request;
use Symfony\Component\HttpFoundation\Response;
use Symfony\Component\HttpKernel\DataCollector\LateDataCollectorInterface;

/** The calls of a request, for the profiler. Streams end after the response has begun, so it is filled late. */
final class ExpertsDataCollector extends AbstractDataCollector implements LateDataCollectorInterface
{
    public function __construct(private readonly CallLog $log)
    {
    }

    public function collect(Request $request, Response $response, ?\Throwable $exception = null): void
    {
    }

    public function lateCollect(): void
    {
        $this->data = ['calls' => array_map(static fn (CallRecord $call): array => get_object_vars($call), $this->log->calls)];
    }

    public function reset(): void
    {
        parent::reset();
        $this->log->calls = [];
    }

    public function getName(): string
    {
        return 'boumbapp_experts';
    }

    public static function getTemplate(): ?string
    {
        return '@BoumbappExperts/data_collector/experts.html.twig';
    }

    /** @return list<array<string, mixed>> a CallRecord each */
    public function getCalls(): array
    {
        return $this->data['calls'] ?? [];
    }

    public function getFailures(): int
    {
        return count(array_filter($this->getCalls(), static fn (array $call): bool => !in_array($call['failure'], ['', CallRecord::CANCELLED], true)));
    }

    /** All calls together, in milliseconds. */
    public function getDurationMs(): float
    {
        return array_sum(array_column($this->getCalls(), 'durationMs'));
    }
}
