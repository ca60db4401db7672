<?php

declare(strict_types=1);

use Symfony\Component\DependencyInjection\Loader\Configurator\ContainerConfigurator;
use Symfony\Component\HttpKernel\Kernel;

return static function (ContainerConfigurator $container): void {
    $container->extension('framework', array_filter([
        'secret' => '%env(APP_SECRET)%',
        'http_method_override' => false,
        'handle_all_throwables' => Kernel::VERSION_ID >= 60200 ? true : null,
        'php_errors' => ['log' => true],
        'router' => ['utf8' => true],
        'enabled_locales' => ['en', 'fr'],
        // Offline jobs: put an address of a broker here, and run `bin/console messenger:consume jobs`.
        'messenger' => [
            'transports' => ['jobs' => ['dsn' => '%env(MESSENGER_TRANSPORT_DSN)%']],
            'routing' => [Boumbapp\ExpertsBundle\Messenger\ComposePiece::class => 'jobs'],
        ],
    ], static fn (mixed $value): bool => $value !== null));
    $container->parameters()
        ->set('env(APP_SECRET)', 'for development only')
        ->set('env(MESSENGER_TRANSPORT_DSN)', 'sync://');
    if ($container->env() === 'dev') {
        $container->extension('framework', ['profiler' => ['collect' => true]]);
        if (class_exists(Symfony\Bundle\WebProfilerBundle\WebProfilerBundle::class)) {
            $container->extension('web_profiler', ['toolbar' => false]);
        }
    }
};
