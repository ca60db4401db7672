<?php

declare(strict_types=1);

namespace Boumbapp\ExpertsBundle\Http;

use Google\Protobuf\Internal\Message;
use Symfony\Component\HttpFoundation\Request;

/** Requests of the contract in JSON, as the gateway takes them too. */
final class ContractJson
{
    /**
     * The message that a request's body holds.
     *
     * @template T of Message
     * @param class-string<T> $class
     * @return T
     * @throws MalformedRequest it is no such JSON
     */
    public static function read(Request $request, string $class): Message
    {
        $message = new $class();
        try {
            $message->mergeFromJsonString((string) $request->getContent(), true);
        } catch (\Throwable $problem) { // PHP's reader has errors of several kinds, TypeError among them
            throw new MalformedRequest('The body is not this request in JSON: ' . $problem->getMessage(), previous: $problem);
        }
        return $message;
    }
}
