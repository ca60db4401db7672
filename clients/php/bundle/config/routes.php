<?php

declare(strict_types=1);

use Boumbapp\ExpertsBundle\Controller\CallController;
use Boumbapp\ExpertsBundle\Controller\GenerateController;
use Boumbapp\ExpertsBundle\Controller\HealthController;
use Boumbapp\ExpertsBundle\Controller\StreamController;
use Symfony\Component\Routing\Loader\Configurator\RoutingConfigurator;

return static function (RoutingConfigurator $routes): void {
    $routes->add('boumbapp_experts_generate', '/api/generate')->controller(GenerateController::class)->methods(['POST']);
    $routes->add('boumbapp_experts_stream', '/api/experts/{call}/stream')->controller(StreamController::class)->methods(['POST']);
    $routes->add('boumbapp_experts_call', '/api/experts/{call}')->controller(CallController::class)->methods(['POST']);
    $routes->add('boumbapp_experts_health', '/health/experts')->controller(HealthController::class)->methods(['GET']);
};
