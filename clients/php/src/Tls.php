<?php

declare(strict_types=1);

namespace Boumbapp\Experts;

/**
 * What this application shows to the gateway's internal listener, and what it believes the gateway by: files in PEM.
 *
 * They are read again for every connection, so a certificate that was renewed needs no restart.
 */
final class Tls
{
    /**
     * @param string $roots certificates of the authority that signed the gateway's
     * @param string $certificate this application's own certificate, with those between it and the authority
     * @param string $key its private key
     * @param string $serverName name in the gateway's certificate, where it is another than that of the address
     */
    public function __construct(
        public readonly string $roots,
        public readonly string $certificate,
        #[\SensitiveParameter] public readonly string $key,
        public readonly string $serverName = '',
    ) {
    }
}
