<?php

declare(strict_types=1);

namespace Boumbapp\ExpertsBundle\Security;

use Boumbapp\Experts\BearerToken;
use Boumbapp\Experts\Caller;
use Boumbapp\Experts\VerifiedUser;
use Boumbapp\ExpertsBundle\DependencyInjection\Configuration;
use Symfony\Component\HttpFoundation\RequestStack;
use Symfony\Component\Security\Core\Authentication\Token\Storage\TokenStorageInterface;
use Symfony\Component\Security\Core\Exception\AuthenticationCredentialsNotFoundException;

/**
 * The user that the firewall verified, asked for at each call. What the browser sent says nothing here, but for the token
 * that the gateway itself verifies.
 */
final class CurrentUser implements Caller
{
    public function __construct(
        private readonly TokenStorageInterface $tokens,
        private readonly RequestStack $requests,
        private readonly string $identity,
    ) {
    }

    public function name(): string
    {
        return $this->tokens->getToken()?->getUserIdentifier() ?? '';
    }

    public function metadata(): array
    {
        return $this->caller()->metadata();
    }

    /** @throws AuthenticationCredentialsNotFoundException there is no user, or no token */
    private function caller(): Caller
    {
        if ($this->identity === Configuration::TOKEN) {
            $header = $this->requests->getMainRequest()?->headers->get('authorization') ?? '';
            if (preg_match('/^Bearer +(\S+)$/iD', $header, $found) === 1) {
                return new BearerToken($found[1]);
            }
        } elseif ($this->name() !== '') {
            return new VerifiedUser($this->name(), array_values($this->tokens->getToken()?->getRoleNames() ?? []));
        }
        throw new AuthenticationCredentialsNotFoundException('The music experts are called for a user, and there is none; say for whom with CallOptions.');
    }
}
