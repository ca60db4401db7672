<?php

declare(strict_types=1);

namespace App;

use Symfony\Bundle\FrameworkBundle\Kernel\MicroKernelTrait;
use Symfony\Component\DependencyInjection\Loader\Configurator\ContainerConfigurator;
use Symfony\Component\HttpKernel\Kernel as BaseKernel;

final class Kernel extends BaseKernel
{
    use MicroKernelTrait;

    public function getProjectDir(): string
    {
        return \dirname(__DIR__);
    }

    public function getCacheDir(): string
    {
        return ($_SERVER['APP_VAR'] ?? $this->getProjectDir() . '/var') . "/cache/{$this->environment}";
    }

    public function getLogDir(): string
    {
        return ($_SERVER['APP_VAR'] ?? $this->getProjectDir() . '/var') . '/log';
    }

    /** The same files for every version of Symfony; the trait of 5.4 reads packages in YAML only. */
    private function configureContainer(ContainerConfigurator $container): void
    {
        $container->import('../config/packages/*.{php,yaml}');
        $container->import('../config/services.php');
    }
}
