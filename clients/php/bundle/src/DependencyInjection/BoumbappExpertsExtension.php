<?php

declare(strict_types=1);

namespace Boumbapp\ExpertsBundle\DependencyInjection;

use Boumbapp\Experts\Connection;
use Boumbapp\Experts\Tls;
use Boumbapp\ExpertsBundle\DataCollector\CallLog;
use Boumbapp\ExpertsBundle\DataCollector\ExpertsDataCollector;
use Boumbapp\ExpertsBundle\Messenger\ComposePieceHandler;
use Symfony\Component\Config\FileLocator;
use Symfony\Component\DependencyInjection\ContainerBuilder;
use Symfony\Component\DependencyInjection\Definition;
use Symfony\Component\DependencyInjection\Extension\Extension;
use Symfony\Component\DependencyInjection\Loader\PhpFileLoader;
use Symfony\Component\DependencyInjection\Reference;
use Symfony\Component\Messenger\MessageBusInterface;
use Symfony\Component\RateLimiter\RateLimiterFactory;
use Symfony\Component\RateLimiter\Storage\CacheStorage;

/** Registers the services of `config/services.php` with what the configuration says. */
final class BoumbappExpertsExtension extends Extension
{
    /** @param array<mixed> $configs */
    public function load(array $configs, ContainerBuilder $container): void
    {
        $config = $this->processConfiguration(new Configuration(), $configs);
        (new PhpFileLoader($container, new FileLocator(\dirname(__DIR__, 2) . '/config')))->load('services.php');

        $tls = isset($config['tls'])
            ? new Definition(Tls::class, [$config['tls']['roots'], $config['tls']['certificate'], $config['tls']['key'], $config['tls']['server_name']])
            : null;
        $container->getDefinition(Connection::class)->setArguments([$config['address'], $tls]);
        foreach (['identity', 'stream_deadline_s', 'unary_deadline_s', 'resumes', 'default_engine', 'middle_c'] as $name) {
            $container->setParameter("boumbapp_experts.$name", $config[$name]);
        }
        if ($config['limiter']['enabled']) {
            $this->addLimiter($config['limiter'], $container);
        }
        if (!interface_exists(MessageBusInterface::class)) {
            $container->removeDefinition(ComposePieceHandler::class);
        }
        if ($container->getParameter('kernel.debug') !== true) {
            $container->removeDefinition(CallLog::class);
            $container->removeDefinition(ExpertsDataCollector::class);
        }
    }

    /** @param array{policy: string, limit: int, interval: string, amount: int, cache: string, lock_factory: string|null} $config */
    private function addLimiter(array $config, ContainerBuilder $container): void
    {
        $limiter = ['id' => 'boumbapp_experts', 'policy' => $config['policy'], 'limit' => $config['limit']];
        $limiter += $config['policy'] === 'token_bucket'
            ? ['rate' => ['interval' => $config['interval'], 'amount' => $config['amount']]]
            : ['interval' => $config['interval']];
        $storage = new Definition(CacheStorage::class, [new Reference($config['cache'])]);
        $lock = $config['lock_factory'] === null ? null : new Reference($config['lock_factory']);
        $container->setDefinition('boumbapp_experts.limiter', new Definition(RateLimiterFactory::class, [$limiter, $storage, $lock]));
    }
}
