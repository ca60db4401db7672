<?php

declare(strict_types=1);

namespace Boumbapp\Experts\Tests;

use Boumbapp\Experts\VerifiedUser;
use PHPUnit\Framework\TestCase;

final class VerifiedUserTest extends TestCase
{
    public function testNamesTravelInTheFormThatCarriesThem(): void
    {
        foreach (['ana' => 'x-user', 'ana@example.org' => 'x-user', 'Zoé' => 'x-user-bin', ' ana' => 'x-user-bin'] as $name => $header) {
            $metadata = (new VerifiedUser($name, ['ROLE_USER', 'ROLE_É']))->metadata();
            self::assertSame([$name], $metadata[$header]);
            self::assertCount(2, $metadata);
            self::assertSame(['ROLE_USER', 'ROLE_É'], json_decode((string) base64_decode($metadata['x-roles'][0], true)));
        }
    }

    public function testRolesThatTheGatewayWouldNotReadAreLeftOut(): void
    {
        self::assertSame(['x-user'], array_keys((new VerifiedUser('ana', array_fill(0, 500, 'ROLE_SOMETHING')))->metadata()));
    }

    public function testNamesThatTheGatewayWouldRefuseAreRefusedHere(): void
    {
        foreach (['', ' ', str_repeat('a', 1025), "\xff"] as $name) {
            try {
                new VerifiedUser($name);
                self::fail(json_encode($name, JSON_INVALID_UTF8_SUBSTITUTE) . ' was taken');
            } catch (\InvalidArgumentException $refusal) {
                self::assertStringContainsString('name', $refusal->getMessage());
            }
        }
    }
}
