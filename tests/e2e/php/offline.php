<?php

// Orders a piece through Messenger and prints what came, as JSON. Usage: php offline.php USER PROMPT, in the application.

declare(strict_types=1);

use App\Kernel;
use Boumbapp\ExpertsBundle\Generating\Order;
use Boumbapp\ExpertsBundle\Messenger\ComposePiece;
use Boumbapp\ExpertsBundle\Messenger\PieceComposed;
use Symfony\Component\Messenger\Exception\HandlerFailedException;

require 'vendor/autoload.php';

$kernel = new Kernel('prod', false);
$kernel->boot();
$container = $kernel->getContainer();
$told = [];
$container->get('event_dispatcher')->addListener(PieceComposed::class, static function (PieceComposed $event) use (&$told): void {
    $told[] = ['id' => $event->message->id, 'user' => $event->message->user, 'notes' => count($event->piece['notes'])];
});
foreach (array_slice($argv, 2) as $number => $prompt) {
    try {
        $container->get('messenger.default_bus')->dispatch(new ComposePiece("job {$number}", new Order($prompt, bars: 2), $argv[1]));
    } catch (HandlerFailedException $failure) {
        $told[] = ['failure' => $failure->getPrevious()::class, 'text' => $failure->getPrevious()->getMessage()];
    }
}
echo json_encode($told, JSON_THROW_ON_ERROR), "\n";
