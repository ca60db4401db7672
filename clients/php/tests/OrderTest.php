<?php

declare(strict_types=1);

namespace Boumbapp\Experts\Tests;

use Boumbapp\ExpertsBundle\Generating\Order;
use Boumbapp\ExpertsBundle\Http\MalformedRequest;
use PHPUnit\Framework\TestCase;

final class OrderTest extends TestCase
{
    public function testAnOrderSaysWhatTheBodySays(): void
    {
        $order = Order::fromJson('{"prompt": "basse", "bars": 4, "bpm": 92, "key": "Sol mineur", "seed": 4294967295, "x": []}');
        self::assertSame(['basse', 4, 92.0, 4294967295], [$order->prompt, $order->bars, $order->bpm, $order->seed]);
        self::assertSame('Sol mineur', $order->hints()->getKeyText());
        self::assertSame('', Order::fromJson('{}')->prompt);
    }

    public function testWhatIsNoOrderIsSaidClearly(): void
    {
        $wrong = ['', 'x', '3', 'null', '[1]', '{"prompt": 3}', '{"bars": "4"}', '{"bars": -1}', '{"bars": 1.5}', '{"bpm": "92"}', '{"seed": 4294967296}', '{"key": []}', "{\"prompt\": \"\xff\"}", str_repeat('[', 100)];
        foreach ($wrong as $body) {
            try {
                Order::fromJson($body);
                self::fail("$body was taken");
            } catch (MalformedRequest $refusal) {
                self::assertNotSame('', $refusal->getMessage());
            }
        }
    }
}
