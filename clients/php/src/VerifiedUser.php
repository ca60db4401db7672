<?php

declare(strict_types=1);

namespace Boumbapp\Experts;

/**
 * A user whom this application verified itself. Only the gateway's internal listener believes it, and only behind a
 * client certificate.
 */
final class VerifiedUser implements Caller
{
    private const LONGEST_HEADER = 1024;

    /**
     * @param string $user not empty; the same name as in the user's tokens, so that both have one journal
     * @param list<string> $roles as Symfony names them
     * @throws \InvalidArgumentException the name is empty, too long, or not plain text
     */
    public function __construct(public readonly string $user, public readonly array $roles = [])
    {
        if (preg_match('/^[\x20-\x7e]{1,' . self::LONGEST_HEADER . '}$/D', $user) !== 1 || trim($user) === '') {
            throw new \InvalidArgumentException('A user needs a name of printable ASCII, at most 1,024 characters.');
        }
    }

    public function name(): string
    {
        return $this->user;
    }

    public function metadata(): array
    {
        return [
            'x-user' => [$this->user],
            'x-roles' => [base64_encode(json_encode($this->roles, \JSON_THROW_ON_ERROR))],
        ];
    }
}
