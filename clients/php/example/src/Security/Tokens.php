<?php

declare(strict_types=1);

namespace App\Security;

use Symfony\Component\Security\Core\User\UserInterface;

/**
 * Tokens with the claims, the order and the algorithm of LexikJWTAuthenticationBundle, which does this in an application of
 * yours. The gateway's public listener believes them too, once it has the public key (docs/gateway.md).
 */
final class Tokens
{
    private const LEEWAY_S = 10;

    public function __construct(
        private readonly string $privateKey,
        private readonly string $publicKey,
        #[\SensitiveParameter] private readonly string $passphrase,
        private readonly int $ttlS,
    ) {
    }

    /** @throws \RuntimeException the private key cannot be used */
    public function issue(UserInterface $user): string
    {
        $now = time();
        $claims = ['iat' => $now, 'exp' => $now + $this->ttlS, 'roles' => $user->getRoles(), 'username' => $user->getUserIdentifier()];
        $signed = self::encode(json_encode(['typ' => 'JWT', 'alg' => 'RS256'], \JSON_THROW_ON_ERROR))
            . '.' . self::encode(json_encode($claims, \JSON_THROW_ON_ERROR));
        $key = openssl_pkey_get_private(self::pem($this->privateKey), $this->passphrase);
        if ($key === false || !openssl_sign($signed, $signature, $key, \OPENSSL_ALGO_SHA256)) {
            throw new \RuntimeException("{$this->privateKey} is no private key that signs.");
        }
        return $signed . '.' . self::encode($signature);
    }

    /** The user that a token names; null where it is forged, over, or no token at all. */
    public function userOf(string $token): ?string
    {
        if (preg_match('/^([\w-]+)\.([\w-]+)\.([\w-]+)$/D', $token, $parts) !== 1) {
            return null;
        }
        $header = json_decode(self::decode($parts[1]), true);
        $claims = json_decode(self::decode($parts[2]), true);
        $key = openssl_pkey_get_public(self::pem($this->publicKey));
        if (
            !is_array($header) || ($header['alg'] ?? null) !== 'RS256' || $key === false
            || openssl_verify("{$parts[1]}.{$parts[2]}", self::decode($parts[3]), $key, \OPENSSL_ALGO_SHA256) !== 1
        ) {
            return null;
        }
        $fresh = is_array($claims) && is_int($claims['exp'] ?? null) && $claims['exp'] + self::LEEWAY_S > time();
        return $fresh && is_string($claims['username'] ?? null) && $claims['username'] !== '' ? $claims['username'] : null;
    }

    private static function pem(string $file): string
    {
        $content = is_readable($file) ? file_get_contents($file) : false;
        return $content === false ? throw new \RuntimeException("The key {$file} cannot be read.") : $content;
    }

    private static function encode(string $bytes): string
    {
        return rtrim(strtr(base64_encode($bytes), '+/', '-_'), '=');
    }

    private static function decode(string $text): string
    {
        return (string) base64_decode(strtr($text, '-_', '+/'), true);
    }
}
