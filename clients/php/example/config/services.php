<?php

declare(strict_types=1);

use App\Security\LoginAnswer;
use App\Security\TokenAuthenticator;
use App\Security\Tokens;
use Symfony\Component\DependencyInjection\Loader\Configurator\ContainerConfigurator;

return static function (ContainerConfigurator $container): void {
    $services = $container->services()->defaults()->autowire()->autoconfigure();
    $services->set(Tokens::class)->args(['%env(JWT_SECRET_KEY)%', '%env(JWT_PUBLIC_KEY)%', '%env(JWT_PASSPHRASE)%', '%env(int:JWT_TTL)%']);
    $services->set(TokenAuthenticator::class);
    $services->set(LoginAnswer::class);
    $container->parameters()
        ->set('env(JWT_SECRET_KEY)', '%kernel.project_dir%/config/jwt/private.pem')
        ->set('env(JWT_PUBLIC_KEY)', '%kernel.project_dir%/config/jwt/public.pem')
        ->set('env(JWT_PASSPHRASE)', '')
        ->set('env(JWT_TTL)', '3600');
};
