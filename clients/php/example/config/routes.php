<?php

declare(strict_types=1);

use Symfony\Bundle\WebProfilerBundle\WebProfilerBundle;
use Symfony\Component\Routing\Loader\Configurator\RoutingConfigurator;

return static function (RoutingConfigurator $routes): void {
    $routes->import('@BoumbappExpertsBundle/config/routes.php');
    $routes->add('login', '/api/login')->methods(['POST']);
    if ($routes->env() === 'dev' && class_exists(WebProfilerBundle::class)) {
        $folder = dirname((string) (new ReflectionClass(WebProfilerBundle::class))->getFileName()) . '/Resources/config/routing';
        $kind = is_file("{$folder}/profiler.php") ? 'php' : 'xml'; // PHP from Symfony 7.3 on
        $routes->import("{$folder}/profiler.{$kind}")->prefix('/_profiler');
        $routes->import("{$folder}/wdt.{$kind}")->prefix('/_wdt');
    }
};
