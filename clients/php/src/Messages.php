<?php

declare(strict_types=1);

namespace Boumbapp\Experts;

use Google\Protobuf\Internal\Message;

/** Types for what the generated classes leave open. */
final class Messages
{
    /**
     * The messages of a repeated field.
     *
     * @template T of Message
     * @param class-string<T> $class
     * @param iterable<mixed>|null $field none of a message that is unset
     * @return list<T>
     */
    public static function list(string $class, ?iterable $field): array
    {
        $found = [];
        foreach ($field ?? [] as $message) {
            if ($message instanceof $class) {
                $found[] = $message;
            }
        }
        return $found;
    }

    /**
     * The texts of a repeated field.
     *
     * @param iterable<mixed>|null $field none of a message that is unset
     * @return list<string>
     */
    public static function texts(?iterable $field): array
    {
        $found = [];
        foreach ($field ?? [] as $text) {
            $found[] = is_string($text) ? $text : '';
        }
        return $found;
    }
}
