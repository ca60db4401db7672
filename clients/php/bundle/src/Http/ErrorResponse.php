<?php

declare(strict_types=1);

namespace Boumbapp\ExpertsBundle\Http;

use Boumbapp\Experts\Errors as E;
use Symfony\Component\HttpFoundation\JsonResponse;
use Symfony\Component\HttpFoundation\Response;

/** A failure of the experts as an answer over HTTP. */
final class ErrorResponse
{
    private const CODES = [
        E\InvalidRequest::class => Response::HTTP_BAD_REQUEST,
        E\NotFound::class => Response::HTTP_NOT_FOUND,
        E\Unauthenticated::class => Response::HTTP_UNAUTHORIZED,
        E\PermissionDenied::class => Response::HTTP_FORBIDDEN,
        E\TooManyRequests::class => Response::HTTP_TOO_MANY_REQUESTS,
        E\ExpertUnavailable::class => Response::HTTP_SERVICE_UNAVAILABLE,
        E\DeadlineExceeded::class => Response::HTTP_GATEWAY_TIMEOUT,
        E\PreconditionFailed::class => Response::HTTP_CONFLICT,
        E\NotServed::class => Response::HTTP_NOT_IMPLEMENTED,
        E\ExpertFailed::class => Response::HTTP_BAD_GATEWAY,
    ];

    public static function of(E\ExpertException $failure): JsonResponse
    {
        $response = new JsonResponse(['error' => self::content($failure)], self::CODES[$failure::class]);
        $response->setEncodingOptions($response->getEncodingOptions() | \JSON_UNESCAPED_UNICODE);
        if ($failure->retryAfterS !== null) {
            $response->headers->set('Retry-After', (string) max(1, (int) ceil($failure->retryAfterS)));
        }
        return $response;
    }

    /** @return array<string, mixed> what a page shows, and what its code goes by */
    public static function content(E\ExpertException $failure): array
    {
        return array_filter([
            'code' => $failure->reason,
            'message' => $failure->publicText,
            'retry_after_s' => $failure->retryAfterS,
            'request_id' => $failure->requestId,
            'fields' => $failure->fields,
        ], static fn (mixed $value): bool => $value !== null && $value !== '' && $value !== []);
    }
}
