<?php

declare(strict_types=1);

namespace Boumbapp\Experts\Errors;

/** A call that failed. Its message is for people, in their language; `reason` is for programs. */
abstract class ExpertException extends \RuntimeException
{
    /**
     * @param string $publicText what the person may read; also getMessage()
     * @param string $reason code of the catalogue (docs/errors.md), or one of PublicTexts where the gateway gave none
     * @param int $status of gRPC
     * @param float|null $retryAfterS seconds after which trying again makes sense; null where it never does
     * @param string $requestId as the gateway's and the experts' logs have it; may be empty
     * @param array<string, string> $fields what is wrong with each field of the request, by its path
     * @param array<string, string> $facts the values that the text says, for programs
     * @param string $privateText what gRPC or the gateway said; for logs
     */
    final public function __construct(
        public readonly string $publicText,
        public readonly string $reason,
        public readonly int $status,
        public readonly ?float $retryAfterS = null,
        public readonly string $requestId = '',
        public readonly array $fields = [],
        public readonly array $facts = [],
        public readonly string $privateText = '',
    ) {
        parent::__construct($publicText, $status);
    }
}
