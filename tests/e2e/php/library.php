<?php

// What a program without a framework does with the client.
// Usage: php library.php AUTOLOAD compose|arrange|continue|deadline|refused ADDRESS TOKEN. Prints a line of JSON.

declare(strict_types=1);

use Boumbapp\Arranger\V2\ComposeRequest as ArrangeRequest;
use Boumbapp\Experts\BearerToken;
use Boumbapp\Experts\CallOptions;
use Boumbapp\Experts\Connection;
use Boumbapp\Experts\Errors\ExpertException;
use Boumbapp\Experts\Experts;
use Boumbapp\Experts\Observing\CallObserver;
use Boumbapp\Experts\Observing\CallRecord;
use Boumbapp\Experts\Piece;
use Boumbapp\Melody\V2\ComposeRequest;
use Boumbapp\Music\V2\IntentOptions;

[, $autoload, $what, $address, $token] = $argv;
require $autoload;

$calls = new class implements CallObserver {
    /** @var list<string> */
    public array $ended = [];

    public function ended(CallRecord $call): void
    {
        $this->ended[] = "{$call->method} {$call->attempt} {$call->failure}";
    }
};
$options = new CallOptions(caller: new BearerToken($token), language: 'fr');
$experts = new Experts(new Connection($address), $options, observers: [$calls]);
$hints = (new IntentOptions())->setBars(12);
$funk = ['prompt' => 'basse funky en Sol mineur', 'seed' => 7, 'hints' => $hints];

/** @return array<string, mixed> */
$read = static function (iterable $events): array {
    $told = ['names' => [], 'keys' => [], 'bars' => []];
    foreach ($events as $key => $event) {
        $told['keys'][] = $key;
        $told['names'][] = $event->getEvent();
        if (($ready = $event->getBar()) !== null) {
            $told['bars'][$ready->getTrack()][] = $ready->getBar()->serializeToJsonString();
        }
    }
    return $told;
};
try {
    $told = match ($what) {
        'compose' => $read($experts->compose(new ComposeRequest($funk))),
        'arrange' => $read($experts->arrange(new ArrangeRequest(['prompt' => 'trio jazz en fa', 'seed' => 7, 'hints' => $hints]))),
        'continue' => (static function () use ($experts, $funk, $read): array {
            $whole = Piece::collect($experts->compose(new ComposeRequest($funk)));
            $beginning = array_slice($whole->tracks['bass'], 0, 4);
            return $read($experts->continue($beginning, 12, new ComposeRequest($funk)));
        })(),
        'stop' => (static function () use ($experts): array {
            foreach (Piece::bars($experts->compose('basse funky, 64 mesures')) as $bar) {
                break;
            }
            return [];
        })(),
        'deadline' => $read($experts->compose(new ComposeRequest($funk), new CallOptions(deadlineS: 0.002))),
        'refused' => $read($experts->compose('')),
    };
} catch (ExpertException $failure) {
    $told = ['class' => $failure::class, 'reason' => $failure->reason, 'text' => $failure->getMessage(), 'fields' => array_keys($failure->fields)];
}
echo json_encode($told + ['calls' => $calls->ended], JSON_THROW_ON_ERROR), "\n";
