<?php

declare(strict_types=1);

namespace App\Security;

use Symfony\Component\HttpFoundation\JsonResponse;
use Symfony\Component\HttpFoundation\Request;
use Symfony\Component\HttpFoundation\Response;
use Symfony\Component\Security\Core\Authentication\Token\TokenInterface;
use Symfony\Component\Security\Http\Authentication\AuthenticationSuccessHandlerInterface;

/** Answers a login with a token, in LexikJWTAuthenticationBundle's form. */
final class LoginAnswer implements AuthenticationSuccessHandlerInterface
{
    public function __construct(private readonly Tokens $tokens)
    {
    }

    public function onAuthenticationSuccess(Request $request, TokenInterface $token): Response
    {
        $user = $token->getUser() ?? throw new \LogicException('A login without a user.');
        return new JsonResponse(['token' => $this->tokens->issue($user)]);
    }
}
