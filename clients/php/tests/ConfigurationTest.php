<?php

declare(strict_types=1);

namespace Boumbapp\Experts\Tests;

use Boumbapp\ExpertsBundle\DependencyInjection\Configuration;
use PHPUnit\Framework\TestCase;
use Symfony\Component\Config\Definition\Exception\InvalidConfigurationException;
use Symfony\Component\Config\Definition\Processor;

final class ConfigurationTest extends TestCase
{
    private const TLS = ['roots' => 'ca.crt', 'certificate' => 'backend.crt', 'key' => 'backend.key'];

    public function testLittleHasToBeSaid(): void
    {
        $config = $this->processed(['address' => 'gateway:8443', 'tls' => self::TLS]);
        self::assertSame(['verified', 300.0, 2, true], [$config['identity'], $config['stream_deadline_s'], $config['resumes'], $config['limiter']['enabled']]);
        self::assertFalse($this->processed(['address' => 'a:1', 'tls' => self::TLS, 'limiter' => false])['limiter']['enabled']);
        self::assertArrayNotHasKey('tls', $this->processed(['address' => 'gateway:8080', 'identity' => 'token']));
    }

    public function testAVerifiedUserNeedsACertificateAndNamesAreChecked(): void
    {
        $wrong = [[], ['address' => 'a:1'], ['address' => 'a:1', 'identity' => 'header'], ['address' => 'a:1', 'tls' => ['key' => 'x']], ['address' => 'a:1', 'tls' => self::TLS, 'limiter' => ['policy' => 'none']]];
        foreach ($wrong as $config) {
            try {
                $this->processed($config);
                self::fail(json_encode($config) . ' was taken');
            } catch (InvalidConfigurationException $refusal) {
                self::assertStringContainsString('boumbapp_experts', $refusal->getMessage());
            }
        }
    }

    /**
     * @param array<string, mixed> $config
     * @return array<string, mixed>
     */
    private function processed(array $config): array
    {
        return (new Processor())->processConfiguration(new Configuration(), [$config]);
    }
}
