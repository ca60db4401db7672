<?php

// Composes through the gateway with the generated PHP classes, over plain gRPC by ext-curl.
// Usage: php compose.php BASE_URL TOKEN PROMPT. Prints one line of JSON per event, then one with the status.

declare(strict_types=1);

use Boumbapp\Melody\V1\ComposeRequest;
use Boumbapp\Melody\V1\ComposeResponse;

spl_autoload_register(static function (string $class): void {
    foreach ([__DIR__ . '/../../../gen/php', '/usr/share/php'] as $root) {
        $file = $root . '/' . str_replace('\\', '/', $class) . '.php';
        if (is_file($file)) {
            require $file;
            return;
        }
    }
});

[, $baseUrl, $token, $prompt] = $argv;
$content = (new ComposeRequest())->setPrompt($prompt)->setSeed(7)->serializeToString();
$buffer = '';
$status = [];
$call = curl_init($baseUrl . '/boumbapp.melody.v1.MelodyService/Compose');
curl_setopt_array($call, [
    CURLOPT_HTTP_VERSION => CURL_HTTP_VERSION_2_PRIOR_KNOWLEDGE,
    CURLOPT_POSTFIELDS => pack('CN', 0, strlen($content)) . $content,
    CURLOPT_HTTPHEADER => ['content-type: application/grpc', 'te: trailers', "authorization: Bearer $token"],
    CURLOPT_TIMEOUT => 20,
    CURLOPT_WRITEFUNCTION => static function ($_, string $chunk) use (&$buffer): int {
        $buffer .= $chunk;
        while (strlen($buffer) >= 5 && strlen($buffer) >= 5 + ($length = unpack('N', $buffer, 1)[1])) {
            $event = new ComposeResponse();
            $event->mergeFromString(substr($buffer, 5, $length));
            echo $event->serializeToJsonString(), "\n";
            $buffer = substr($buffer, 5 + $length);
        }
        return strlen($chunk);
    },
    CURLOPT_HEADERFUNCTION => static function ($_, string $line) use (&$status): int {
        if (preg_match('/^(grpc-status|grpc-message): *(.*?)\s*$/i', $line, $match)) {
            $status[strtolower($match[1])] = rawurldecode($match[2]);
        }
        return strlen($line);
    },
]);
if (curl_exec($call) === false) {
    fwrite(STDERR, curl_error($call) . "\n");
    exit(1);
}
echo json_encode($status, JSON_THROW_ON_ERROR | JSON_UNESCAPED_UNICODE), "\n";
