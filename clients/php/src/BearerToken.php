<?php

declare(strict_types=1);

namespace Boumbapp\Experts;

/** The user's own token, for the gateway's public listener. */
final class BearerToken implements Caller
{
    public function __construct(#[\SensitiveParameter] private readonly string $token)
    {
    }

    public function name(): string
    {
        return '';
    }

    public function metadata(): array
    {
        return ['authorization' => ["Bearer {$this->token}"]];
    }
}
