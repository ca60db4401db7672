<?php

declare(strict_types=1);

namespace Boumbapp\Experts;

/**
 * A user whom this application verified itself. Only the gateway's internal listener believes it, and only behind a
 * client certificate (docs/gateway.md).
 */
final class VerifiedUser implements Caller
{
    private const MOST_CHARACTERS = 1024;
    private const MOST_ROLE_CHARACTERS = 4096;

    /**
     * @param string $user not empty; the same name as in the user's tokens, so that both have one journal
     * @param list<string> $roles as Symfony names them
     * @throws \InvalidArgumentException the gateway would not take the name
     */
    public function __construct(public readonly string $user, public readonly array $roles = [])
    {
        if (preg_match('/^.{1,' . self::MOST_CHARACTERS . '}$/sDu', $user) !== 1 || trim($user) === '') {
            throw new \InvalidArgumentException('A user needs a name in UTF-8, at most 1,024 characters long.');
        }
    }

    public function name(): string
    {
        return $this->user;
    }

    public function metadata(): array
    {
        $plain = preg_match('/^[\x20-\x7e]+$/D', $this->user) === 1 && trim($this->user) === $this->user;
        $metadata = [$plain ? 'x-user' : 'x-user-bin' => [$this->user]];
        $roles = base64_encode(json_encode($this->roles, \JSON_THROW_ON_ERROR));
        // More than the gateway reads are none, so that a user with very many roles has fewer rights rather than no music.
        return strlen($roles) > self::MOST_ROLE_CHARACTERS ? $metadata : $metadata + ['x-roles' => [$roles]];
    }
}
