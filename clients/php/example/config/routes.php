<?php

declare(strict_types=1);

use Symfony\Component\Routing\Loader\Configurator\RoutingConfigurator;

return static function (RoutingConfigurator $routes): void {
    $routes->import('@BoumbappExpertsBundle/config/routes.php');
    $routes->add('login', '/api/login')->methods(['POST']);
    if ($routes->env() === 'dev' && class_exists(Symfony\Bundle\WebProfilerBundle\WebProfilerBundle::class)) {
        $kind = file_exists(__DIR__ . '/../vendor/symfony/web-profiler-bundle/Resources/config/routing/profiler.php') ? 'php' : 'xml';
        $routes->import("@WebProfilerBundle/Resources/config/routing/profiler.{$kind}")->prefix('/_profiler');
    }
};
