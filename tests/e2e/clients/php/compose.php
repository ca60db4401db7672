<?php

// Composes through the gateway with the generated PHP classes, over plain gRPC by ext-curl.
// Usage: php compose.php AUTOLOAD BASE_URL TOKEN PROMPT. Prints one line of JSON per event, the notes of the piece,
// then a line with the status and, of a refusal, the reason.

declare(strict_types=1);

use Boumbapp\Melody\V2\ComposeRequest;
use Boumbapp\Melody\V2\ComposeResponse;
use Boumbapp\NoteForm\NoteForm;
use Google\Rpc\ErrorInfo;
use Google\Rpc\Status;

[, $autoload, $baseUrl, $token, $prompt] = $argv;
require $autoload;

$content = (new ComposeRequest())->setPrompt($prompt)->setSeed(7)->serializeToString();
$buffer = '';
$bars = [];
$status = [];
$call = curl_init($baseUrl . '/boumbapp.melody.v2.MelodyService/Compose');
curl_setopt_array($call, [
    CURLOPT_HTTP_VERSION => CURL_HTTP_VERSION_2_PRIOR_KNOWLEDGE,
    CURLOPT_POSTFIELDS => pack('CN', 0, strlen($content)) . $content,
    CURLOPT_HTTPHEADER => ['content-type: application/grpc', 'te: trailers', "authorization: Bearer $token"],
    CURLOPT_TIMEOUT => 20,
    CURLOPT_WRITEFUNCTION => static function ($_, string $chunk) use (&$buffer, &$bars): int {
        $buffer .= $chunk;
        while (strlen($buffer) >= 5 && strlen($buffer) >= 5 + ($length = unpack('N', $buffer, 1)[1])) {
            $response = new ComposeResponse();
            $response->mergeFromString(substr($buffer, 5, $length));
            $event = $response->getEvent();
            echo $event->serializeToJsonString(), "\n";
            if ($event->getEvent() === 'bar') {
                $bars[] = $event->getBar()->getBar();
            }
            $buffer = substr($buffer, 5 + $length);
        }
        return strlen($chunk);
    },
    CURLOPT_HEADERFUNCTION => static function ($_, string $line) use (&$status): int {
        if (preg_match('/^(grpc-status|grpc-message|grpc-status-details-bin): *(.*?)\s*$/i', $line, $match)) {
            $status[strtolower($match[1])] = rawurldecode($match[2]);
        }
        return strlen($line);
    },
]);
if (curl_exec($call) === false) {
    fwrite(STDERR, curl_error($call) . "\n");
    exit(1);
}
if (isset($status['grpc-status-details-bin'])) {
    \GPBMetadata\Google\Rpc\ErrorDetails::initOnce();  // PHP finds what is inside an Any only after this
    $refusal = new Status();
    $refusal->mergeFromString(base64_decode($status['grpc-status-details-bin']));
    foreach ($refusal->getDetails() as $detail) {
        if ($detail->is(ErrorInfo::class)) {
            $status['reason'] = $detail->unpack()->getReason();
        }
    }
    unset($status['grpc-status-details-bin']);
}
echo json_encode(NoteForm::toNotes($bars), JSON_THROW_ON_ERROR), "\n";
echo json_encode($status, JSON_THROW_ON_ERROR | JSON_UNESCAPED_UNICODE), "\n";
