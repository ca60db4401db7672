<?php

declare(strict_types=1);

namespace Boumbapp\Experts\Tests;

use Boumbapp\Experts\Errors\ExpertException;
use Boumbapp\Experts\Errors\ExpertFailed;
use Boumbapp\Experts\Errors\ExpertUnavailable;
use Boumbapp\Experts\Errors\InvalidRequest;
use Boumbapp\Experts\Errors\StatusReader;
use Boumbapp\Experts\Errors\TooManyRequests;
use Google\Protobuf\Any;
use Google\Protobuf\Duration;
use Google\Rpc\BadRequest;
use Google\Rpc\BadRequest\FieldViolation;
use Google\Rpc\ErrorInfo;
use Google\Rpc\RetryInfo;
use Google\Rpc\Status;
use PHPUnit\Framework\TestCase;

final class StatusReaderTest extends TestCase
{
    public function testWhatTheGatewaySaysItselfGetsAPublicText(): void
    {
        $away = self::read(14, 'no healthy upstream', [], 'fr');
        self::assertInstanceOf(ExpertUnavailable::class, $away);
        self::assertSame(["L'expert melody ne répond pas ; réessayez dans 1 s.", 1.0], [$away->publicText, $away->retryAfterS]);
        self::assertSame('no healthy upstream', $away->privateText);
        $quota = self::read(8, 'local_rate_limited', ['retry-after' => ['60']], 'en');
        self::assertInstanceOf(TooManyRequests::class, $quota);
        self::assertSame([60.0, 'QUOTA'], [$quota->retryAfterS, $quota->reason]);
        self::assertInstanceOf(InvalidRequest::class, self::read(8, 'request too long', [], 'en'));
        self::assertInstanceOf(ExpertFailed::class, self::read(13, 'RST_STREAM', [], 'en'));
        self::assertNull(StatusReader::read(self::statusOf(0, '', []), 'melody', 'en', ''));
    }

    public function testDetailsOfTheCatalogueAreRead(): void
    {
        $parts = [
            new ErrorInfo(['reason' => 'OUT_OF_RANGE', 'metadata' => ['request_id' => 'r1', 'max' => '128']]),
            new RetryInfo(['retry_delay' => new Duration(['seconds' => 1, 'nanos' => 500_000_000])]),
            new BadRequest(['field_violations' => [new FieldViolation(['field' => 'hints.bars', 'description' => 'trop'])]]),
        ];
        $details = array_map(static function ($part): Any {
            $any = new Any();
            $any->pack($part);
            return $any;
        }, $parts);
        $details[] = new Any(['type_url' => 'type.googleapis.com/of.a.Newer', 'value' => 'x']);
        $content = (new Status(['code' => 3, 'details' => $details]))->serializeToString();
        $refused = self::read(3, 'bars vaut 129', ['grpc-status-details-bin' => [$content]], 'fr');
        self::assertInstanceOf(InvalidRequest::class, $refused);
        self::assertSame(['bars vaut 129', 'OUT_OF_RANGE', 'r1'], [$refused->getMessage(), $refused->reason, $refused->requestId]);
        self::assertSame([['hints.bars' => 'trop'], 1.5, '128'], [$refused->fields, $refused->retryAfterS, $refused->facts['max']]);
    }

    public function testWhateverBytesDetailsAreTheFailureIsSaid(): void
    {
        mt_srand(7);
        for ($case = 0; $case < 300; ++$case) {
            $content = implode('', array_map(static fn (): string => chr(mt_rand(0, 255)), range(0, mt_rand(0, 40))));
            $failure = self::read(mt_rand(1, 20), 'x', ['grpc-status-details-bin' => [$content]], 'fr');
            self::assertInstanceOf(ExpertException::class, $failure);
            self::assertNotSame('', $failure->publicText);
        }
    }

    /** @param array<string, list<string>> $metadata */
    private static function statusOf(int $code, string $details, array $metadata): \stdClass
    {
        return (object) ['code' => $code, 'details' => $details, 'metadata' => $metadata];
    }

    /** @param array<string, list<string>> $metadata */
    private static function read(int $code, string $details, array $metadata, string $language): ExpertException
    {
        $failure = StatusReader::read(self::statusOf($code, $details, $metadata), 'melody', $language, '');
        self::assertNotNull($failure);
        return $failure;
    }
}
