<?php

declare(strict_types=1);

namespace Boumbapp\Experts\Errors;

use Boumbapp\Experts\Messages;
use GPBMetadata\Google\Rpc\ErrorDetails;
use Google\Protobuf\Any;
use Google\Rpc\BadRequest;
use Google\Rpc\BadRequest\FieldViolation;
use Google\Rpc\ErrorInfo;
use Google\Rpc\RetryInfo;
use Google\Rpc\Status;

/**
 * Makes exceptions of gRPC's statuses.
 *
 * @internal
 */
final class StatusReader
{
    private const USUAL_RETRY_S = 1.0;
    private const OK = 0;
    private const INVALID_ARGUMENT = 3;
    private const DEADLINE_EXCEEDED = 4;
    private const NOT_FOUND = 5;
    private const PERMISSION_DENIED = 7;
    private const RESOURCE_EXHAUSTED = 8;
    private const FAILED_PRECONDITION = 9;
    private const OUT_OF_RANGE = 11;
    private const UNIMPLEMENTED = 12;
    private const UNAVAILABLE = 14;
    private const UNAUTHENTICATED = 16;

    // Class and, where the answer has no details, the code of the public text.
    private const KINDS = [
        self::INVALID_ARGUMENT => [InvalidRequest::class, 'MALFORMED'],
        self::OUT_OF_RANGE => [InvalidRequest::class, 'MALFORMED'],
        self::DEADLINE_EXCEEDED => [DeadlineExceeded::class, 'DEADLINE'],
        self::NOT_FOUND => [NotFound::class, 'NOT_SERVED'],
        self::PERMISSION_DENIED => [PermissionDenied::class, 'PERMISSION_DENIED'],
        self::RESOURCE_EXHAUSTED => [TooManyRequests::class, 'QUOTA'],
        self::FAILED_PRECONDITION => [PreconditionFailed::class, 'NOT_SERVED'],
        self::UNIMPLEMENTED => [NotServed::class, 'NOT_SERVED'],
        self::UNAVAILABLE => [ExpertUnavailable::class, 'DEPENDENCY_DOWN'],
        self::UNAUTHENTICATED => [Unauthenticated::class, 'UNAUTHENTICATED'],
    ];

    /**
     * The exception for a status; null for one that is well.
     *
     * @param object{code: int, details: string, metadata: array<string, list<string>>} $status as ext-grpc gives it
     * @param string $expert who was called, for texts
     * @param string $language as an Accept-Language header has it
     * @param string $requestId as far as it is known already
     */
    public static function read(object $status, string $expert, string $language, string $requestId): ?ExpertException
    {
        if ($status->code === self::OK) {
            return null;
        }
        [$class, $usual] = self::KINDS[$status->code] ?? [ExpertFailed::class, 'BROKEN'];
        [$info, $retryS, $fields] = self::details($status->metadata['grpc-status-details-bin'][0] ?? '');
        $header = $status->metadata['retry-after'][0] ?? '';
        $retryS ??= is_numeric($header) ? (float) $header : null;
        $facts = $info === null ? [] : iterator_to_array($info->getMetadata());
        if ($info !== null && $info->getReason() !== '') {
            return new $class(
                $status->details,
                $info->getReason(),
                $status->code,
                $retryS,
                $facts['request_id'] ?? $requestId,
                $fields,
                $facts,
                $status->details,
            );
        }
        if ($status->code === self::RESOURCE_EXHAUSTED && str_contains($status->details, 'too long')) {
            [$class, $usual] = [InvalidRequest::class, 'REQUEST_TOO_LARGE'];
        } elseif (in_array($usual, ['DEPENDENCY_DOWN', 'QUOTA', 'BROKEN'], true)) {
            $retryS ??= self::USUAL_RETRY_S;
        }
        $facts = ['value' => $expert, 'problem' => $status->details] + ($retryS === null ? [] : ['retry_s' => rtrim(rtrim(sprintf('%.2f', $retryS), '0'), '.')]);
        $text = PublicTexts::text($usual, $language, $facts);
        return new $class($text, $usual, $status->code, $retryS, $requestId, $fields, $facts, $status->details);
    }

    /** @return array{ErrorInfo|null, float|null, array<string, string>} what it is, seconds to wait, fields that are wrong */
    private static function details(string $content): array
    {
        [$info, $retryS, $fields] = [null, null, []];
        if ($content === '') {
            return [$info, $retryS, $fields];
        }
        ErrorDetails::initOnce(); // only then are the types inside an Any found
        $status = new Status();
        try {
            $status->mergeFromString($content);
        } catch (\Exception) { // what is no status says nothing; the code is known without it
            return [$info, $retryS, $fields];
        }
        foreach (Messages::list(Any::class, $status->getDetails()) as $detail) {
            try {
                $message = $detail->unpack();
            } catch (\Exception) { // a kind that a newer contract has
                continue;
            }
            if ($message instanceof ErrorInfo) {
                $info = $message;
            } elseif ($message instanceof RetryInfo && ($delay = $message->getRetryDelay()) !== null) {
                $retryS = (float) $delay->getSeconds() + $delay->getNanos() / 1e9;
            } elseif ($message instanceof BadRequest) {
                foreach (Messages::list(FieldViolation::class, $message->getFieldViolations()) as $violation) {
                    $fields[$violation->getField()] = $violation->getDescription();
                }
            }
        }
        return [$info, $retryS, $fields];
    }
}
