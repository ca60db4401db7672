<?php

declare(strict_types=1);

namespace Boumbapp\Experts;

use Grpc\Channel;
use Grpc\ChannelCredentials;

/**
 * The way to the gateway.
 *
 * ext-grpc keeps connections from one request of an FPM worker to the next, by address, options and credentials. So this
 * object is cheap, and a renewed certificate leads to a new connection by itself.
 */
final class Connection
{
    // Until the headers of an answer have come, and so never after the first bar, gRPC itself sends a call once more:
    // a worker finds out only by its next call that the gateway was restarted meanwhile.
    private const SERVICE_CONFIG = '{"methodConfig":[{"name":[{}],"retryPolicy":{"maxAttempts":2,"initialBackoff":"0.05s",'
        . '"maxBackoff":"0.05s","backoffMultiplier":1,"retryableStatusCodes":["UNAVAILABLE"]}}]}';
    private const OPTIONS = [
        'grpc.initial_reconnect_backoff_ms' => 50,
        'grpc.min_reconnect_backoff_ms' => 50,
        'grpc.max_reconnect_backoff_ms' => 500,
        'grpc.max_receive_message_length' => 16 * 1024 * 1024,
        'grpc.enable_retries' => 1,
        'grpc.service_config' => self::SERVICE_CONFIG,
        'grpc.primary_user_agent' => 'boumbapp-experts-php',
    ];

    private ?Channel $channel = null;

    /**
     * @param string $address "host:port" or "unix:/path"
     * @param Tls|null $tls what to prove and to ask for; null sends plain text, for the same machine only
     * @param array<string, int|string> $options of gRPC's channel, beside and before those of this class
     */
    public function __construct(
        public readonly string $address,
        public readonly ?Tls $tls = null,
        private readonly array $options = [],
    ) {
    }

    /**
     * The channel; it connects when the first call is made.
     *
     * @throws \RuntimeException a file of the TLS settings cannot be read
     */
    public function channel(): Channel
    {
        return $this->channel ??= new Channel($this->address, $this->channelOptions());
    }

    /** @return array<string, mixed> */
    private function channelOptions(): array
    {
        $options = $this->options + self::OPTIONS;
        if ($this->tls === null) {
            return $options + ['credentials' => ChannelCredentials::createInsecure()];
        }
        if ($this->tls->serverName !== '') {
            $options['grpc.ssl_target_name_override'] = $this->tls->serverName;
        }
        $credentials = ChannelCredentials::createSsl(
            self::read($this->tls->roots),
            self::read($this->tls->key),
            self::read($this->tls->certificate),
        );
        return $options + ['credentials' => $credentials];
    }

    private static function read(string $file): string
    {
        $content = is_readable($file) ? file_get_contents($file) : false;
        if ($content === false) {
            throw new \RuntimeException("The certificate file {$file} cannot be read.");
        }
        return $content;
    }
}
