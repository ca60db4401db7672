<?php

declare(strict_types=1);

namespace Boumbapp\ExpertsBundle\DependencyInjection;

use Symfony\Component\Config\Definition\Builder\TreeBuilder;
use Symfony\Component\Config\Definition\ConfigurationInterface;

/**
 * What `config/packages/boumbapp_experts.yaml` may say. Numbers have no least value here, since Symfony tries 0 in the place
 * of an environment variable; the client and the limiter refuse what cannot be.
 */
final class Configuration implements ConfigurationInterface
{
    public const VERIFIED = 'verified';
    public const TOKEN = 'token';

    public function getConfigTreeBuilder(): TreeBuilder
    {
        $builder = new TreeBuilder('boumbapp_experts');
        $root = $builder->getRootNode();
        $root->validate()
            ->ifTrue(static fn (array $config): bool => $config['identity'] === self::VERIFIED && !isset($config['tls']))
            ->thenInvalid('identity "verified" needs tls: the gateway believes this application by its certificate only.');
        $children = $root->children();
        $children->scalarNode('address')->isRequired()->cannotBeEmpty()
            ->info('Listener of the gateway, "host:port": the internal one with identity "verified", else the public one.');
        $children->enumNode('identity')->values([self::VERIFIED, self::TOKEN])->defaultValue(self::VERIFIED)
            ->info('"verified" names the user that the firewall verified; "token" passes on the token of the request.');
        $tls = $children->arrayNode('tls')->info('Files in PEM.')->children();
        $tls->scalarNode('roots')->isRequired()->cannotBeEmpty()->info('Authority of the gateway\'s certificate.');
        $tls->scalarNode('certificate')->isRequired()->cannotBeEmpty()->info('Certificate of this application.');
        $tls->scalarNode('key')->isRequired()->cannotBeEmpty()->info('Its private key.');
        $tls->scalarNode('server_name')->defaultValue('')->info('Name in the gateway\'s certificate, if not that of the address.');
        $children->floatNode('stream_deadline_s')->defaultValue(300.0);
        $children->floatNode('unary_deadline_s')->defaultValue(15.0);
        $children->integerNode('resumes')->defaultValue(2)->min(0)
            ->info('How often a stream that broke is gone on with, by its seed and bars.');
        $children->scalarNode('default_engine')->defaultValue('')
            ->info('Engine of /api/generate where the request names none, such as "ollama"; the expert chooses where it is away.');
        $children->integerNode('middle_c')->defaultValue(4)->min(0)->max(10)
            ->info('Octave that /api/generate writes MIDI 60 in.');
        $limiter = $children->arrayNode('limiter')->addDefaultsIfNotSet()->canBeDisabled()
            ->info('Requests of one user, before the quotas of the gateway.')->children();
        $limiter->enumNode('policy')->values(['token_bucket', 'sliding_window', 'fixed_window'])->defaultValue('token_bucket');
        $limiter->integerNode('limit')->defaultValue(30)->info('Requests in the interval, or at once for a bucket.');
        $limiter->scalarNode('interval')->defaultValue('1 minute')->cannotBeEmpty();
        $limiter->integerNode('amount')->defaultValue(60)->info('Refilled in each interval; for a bucket.');
        $limiter->scalarNode('cache')->defaultValue('cache.app')->info('Pool that keeps the counts; shared between machines, or each counts for itself.');
        $limiter->scalarNode('lock_factory')->defaultNull()->info('Service of symfony/lock that makes counts exact between workers.');
        return $builder;
    }
}
