<?php

declare(strict_types=1);

use App\Security\TokenAuthenticator;
use Symfony\Component\DependencyInjection\Loader\Configurator\ContainerConfigurator;
use Symfony\Component\HttpKernel\Kernel;
use Symfony\Component\Security\Core\User\InMemoryUser;

return static function (ContainerConfigurator $container): void {
    $container->extension('security', [
        // Passwords of both: "music". Yours come from your own users.
        'providers' => ['users' => ['memory' => ['users' => [
            'ana' => ['password' => '%env(EXAMPLE_PASSWORD_HASH)%', 'roles' => ['ROLE_USER']],
            'leo' => ['password' => '%env(EXAMPLE_PASSWORD_HASH)%', 'roles' => ['ROLE_USER', 'ROLE_ADMIN']],
        ]]]],
        'password_hashers' => [InMemoryUser::class => 'auto'],
        'firewalls' => [
            'login' => [
                'pattern' => '^/api/login$',
                'stateless' => true,
                'json_login' => ['check_path' => '/api/login', 'success_handler' => App\Security\LoginAnswer::class],
            ],
            'api' => ['pattern' => '^/api', 'stateless' => true, 'custom_authenticators' => [TokenAuthenticator::class]],
        ],
        'access_control' => [
            ['path' => '^/api/login$', 'roles' => 'PUBLIC_ACCESS'],
            ['path' => '^/api', 'roles' => 'ROLE_USER'],
            ['path' => '^/health', 'ips' => ['127.0.0.0/8', '::1'], 'roles' => 'PUBLIC_ACCESS'],
            ['path' => '^/health', 'roles' => 'ROLE_ADMIN'],
        ],
    ]);
    if (Kernel::VERSION_ID < 60000) {
        $container->extension('security', ['enable_authenticator_manager' => true]);
    }
    $container->parameters()->set('env(EXAMPLE_PASSWORD_HASH)', '$2y$10$6M1OROVG9KYNYpqHiDbsJO.BGt41I4R4fIvX29rhFFZMwoh1fiiRu');
};
