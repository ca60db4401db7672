<?php

declare(strict_types=1);

namespace Boumbapp\ExpertsBundle\Http;

use Boumbapp\Experts\Errors\ExpertException;
use Google\Protobuf\Internal\Message;
use Symfony\Component\HttpFoundation\Response;
use Symfony\Component\HttpFoundation\StreamedResponse;

/**
 * A stream of the experts as server-sent events: `event` is the name of the contract's event, `data` its JSON, `id` its
 * position. What fails after the first event is an event `error`, in the form of ErrorResponse.
 */
final class EventStream
{
    /**
     * The answer, as soon as the first event is there; what fails before it is thrown, and so has a status of HTTP.
     *
     * @param \Generator<int, Message, void, void> $events with getEvent(), which names the kind
     * @throws ExpertException the call failed at once
     */
    public static function of(\Generator $events): StreamedResponse
    {
        $events->rewind();
        $response = new StreamedResponse(static fn () => self::send($events));
        $response->headers->add([
            'Content-Type' => 'text/event-stream; charset=utf-8',
            'Cache-Control' => 'no-cache, no-transform',
            'X-Accel-Buffering' => 'no', // nginx passes each event on as it comes
        ]);
        return $response;
    }

    /** @param \Generator<int, Message, void, void> $events */
    private static function send(\Generator $events): void
    {
        // PHP would end the process where it finds the browser gone, before the call is cancelled.
        ignore_user_abort(true);
        if (\PHP_SAPI !== 'cli') {
            Response::closeOutputBuffers(0, true);
        }
        try {
            for (; $events->valid(); $events->next()) {
                $message = $events->current();
                self::put((string) $events->key(), $message->getEvent() ?: 'unknown', $message->serializeToJsonString());
                if (connection_aborted() === 1) {
                    return; // ends the generator, which cancels the call, which stops the engine
                }
            }
        } catch (ExpertException $failure) {
            self::put('', 'error', json_encode(ErrorResponse::content($failure), \JSON_THROW_ON_ERROR | \JSON_UNESCAPED_UNICODE));
        }
    }

    private static function put(string $id, string $event, string $data): void
    {
        echo $id === '' ? '' : "id: {$id}\n", "event: {$event}\ndata: {$data}\n\n";
        flush();
    }
}
