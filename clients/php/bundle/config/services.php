<?php

declare(strict_types=1);

use Boumbapp\Experts\Connection;
use Boumbapp\Experts\Experts;
use Boumbapp\ExpertsBundle\Command\ComposeCommand;
use Boumbapp\ExpertsBundle\Controller\CallController;
use Boumbapp\ExpertsBundle\Controller\GenerateController;
use Boumbapp\ExpertsBundle\Controller\HealthController;
use Boumbapp\ExpertsBundle\Controller\StreamController;
use Boumbapp\ExpertsBundle\DataCollector\CallLog;
use Boumbapp\ExpertsBundle\DataCollector\ExpertsDataCollector;
use Boumbapp\ExpertsBundle\Generating\Generator;
use Boumbapp\ExpertsBundle\Http\ExpertExceptionListener;
use Boumbapp\ExpertsBundle\Http\RequestOptions;
use Boumbapp\ExpertsBundle\Messenger\ComposePiece;
use Boumbapp\ExpertsBundle\Messenger\ComposePieceHandler;
use Boumbapp\ExpertsBundle\Security\CurrentUser;
use Boumbapp\ExpertsBundle\Security\UserLimit;
use Symfony\Component\DependencyInjection\Loader\Configurator\ContainerConfigurator;

use function Symfony\Component\DependencyInjection\Loader\Configurator\inline_service;
use function Symfony\Component\DependencyInjection\Loader\Configurator\param;
use function Symfony\Component\DependencyInjection\Loader\Configurator\service;
use function Symfony\Component\DependencyInjection\Loader\Configurator\tagged_iterator;

return static function (ContainerConfigurator $container): void {
    $services = $container->services();

    $services->set(Connection::class); // its arguments come from the configuration
    $services->set(CurrentUser::class)->args([
        service('security.token_storage'), service('request_stack'), param('boumbapp_experts.identity'),
    ]);
    $services->set(RequestOptions::class)->args([
        service(CurrentUser::class), service('request_stack'), param('boumbapp_experts.resumes'),
    ]);
    $services->set(Experts::class)->public()->args([
        service(Connection::class),
        inline_service(\Closure::class)->factory([\Closure::class, 'fromCallable'])->args([service(RequestOptions::class)]),
        service('logger')->nullOnInvalid(),
        tagged_iterator('boumbapp_experts.observer'),
        param('boumbapp_experts.stream_deadline_s'),
        param('boumbapp_experts.unary_deadline_s'),
    ])->tag('monolog.logger', ['channel' => 'boumbapp_experts']);
    $services->set(UserLimit::class)->args([service(CurrentUser::class), service('boumbapp_experts.limiter')->nullOnInvalid()]);
    $services->set(Generator::class)->args([
        service(Experts::class), param('boumbapp_experts.default_engine'), param('boumbapp_experts.middle_c'),
    ]);

    foreach ([StreamController::class => Experts::class, CallController::class => Experts::class, GenerateController::class => Generator::class] as $controller => $first) {
        $services->set($controller)->args([service($first), service(UserLimit::class), service(RequestOptions::class)])
            ->public()->tag('controller.service_arguments');
    }
    $services->set(HealthController::class)->args([service(Experts::class)])->public()->tag('controller.service_arguments');

    $services->set(ExpertExceptionListener::class)->args([service(RequestOptions::class)])
        ->tag('kernel.event_listener', ['event' => 'kernel.exception', 'priority' => 10]);
    $services->set(ComposePieceHandler::class)->args([service(Generator::class), service('event_dispatcher')])
        ->tag('messenger.message_handler', ['handles' => ComposePiece::class]);
    $services->set(ComposeCommand::class)->args([service(Experts::class), service(Generator::class)])->tag('console.command');
    $services->set(CallLog::class)->tag('boumbapp_experts.observer');
    $services->set(ExpertsDataCollector::class)->args([service(CallLog::class)])
        ->tag('kernel.reset', ['method' => 'reset'])
        ->tag('data_collector', ['id' => 'boumbapp_experts', 'template' => ExpertsDataCollector::getTemplate()]);
};
