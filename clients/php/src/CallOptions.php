<?php

declare(strict_types=1);

namespace Boumbapp\Experts;

/** How a call is made. What is left open follows the client's own options. */
final class CallOptions
{
    public const RESUMES = 2;

    /**
     * @param Caller|null $caller for whom
     * @param float|null $deadlineS seconds after which the call ends, resumes included; the client's own when null
     * @param string|null $language of texts where neither the request nor what the person wrote says one: the value of an
     *     Accept-Language header
     * @param int|null $resumes how often a composing stream that broke is gone on with, by its seed and bars; 2, 0 for never
     * @param string|null $traceparent of the trace that the call is part of, as W3C Trace Context writes it
     */
    public function __construct(
        public readonly ?Caller $caller = null,
        public readonly ?float $deadlineS = null,
        public readonly ?string $language = null,
        public readonly ?int $resumes = null,
        public readonly ?string $traceparent = null,
    ) {
        if ($deadlineS !== null && $deadlineS <= 0.0) {
            throw new \InvalidArgumentException("A deadline of {$deadlineS} s is over already.");
        }
    }

    /** These options, with another's where these say nothing. */
    public function or(?self $other): self
    {
        return $other === null ? $this : new self(
            $this->caller ?? $other->caller,
            $this->deadlineS ?? $other->deadlineS,
            $this->language ?? $other->language,
            $this->resumes ?? $other->resumes,
            $this->traceparent ?? $other->traceparent,
        );
    }

    /** @return array<string, list<string>> */
    public function metadata(): array
    {
        $metadata = $this->caller?->metadata() ?? [];
        foreach (['accept-language' => $this->language, 'traceparent' => $this->traceparent] as $name => $value) {
            // Outside printable ASCII gRPC would refuse the whole call for a header that only helps.
            if ($value !== null && preg_match('/^[\x20-\x7e]{1,1024}$/D', $value) === 1) {
                $metadata[$name] = [$value];
            }
        }
        return $metadata;
    }
}
