<?php

declare(strict_types=1);

namespace Boumbapp\ExpertsBundle\Generating;

use Boumbapp\ExpertsBundle\Http\MalformedRequest;
use Boumbapp\Music\V2\IntentOptions;

/** What the DAW asks of `/api/generate`: words, and what it knows besides; words win. */
final class Order
{
    /**
     * @param string $prompt what the person typed
     * @param int|null $bars length of the piece, 1-128
     * @param float|null $bpm quarter notes per minute, 20-400
     * @param string|null $key as a person writes it: "Sol mineur", "F# dorian"
     * @param int|null $seed for the same music again
     * @param string $engine by name; empty lets the expert choose
     * @param string $locale language of texts; empty follows the prompt
     */
    public function __construct(
        public readonly string $prompt,
        public readonly ?int $bars = null,
        public readonly ?float $bpm = null,
        public readonly ?string $key = null,
        public readonly ?int $seed = null,
        public readonly string $engine = '',
        public readonly string $locale = '',
    ) {
    }

    /**
     * Read the body of a request. Fields that are not known are passed over.
     *
     * @throws MalformedRequest it is no JSON object, or a field has another type
     */
    public static function fromJson(string $content): self
    {
        try {
            $fields = json_decode($content, true, 32, \JSON_THROW_ON_ERROR);
        } catch (\JsonException $problem) {
            throw new MalformedRequest('The body is not JSON: ' . $problem->getMessage(), previous: $problem);
        }
        if (!is_array($fields) || ($fields !== [] && array_is_list($fields))) {
            throw new MalformedRequest('The body is not a JSON object with a prompt.');
        }
        $text = static fn (string $name): ?string => match (true) {
            !isset($fields[$name]) => null,
            is_string($fields[$name]) => $fields[$name],
            default => throw new MalformedRequest("{$name} is not a text."),
        };
        $number = static fn (string $name, int $most): ?int => match (true) {
            !isset($fields[$name]) => null,
            is_int($fields[$name]) && $fields[$name] >= 0 && $fields[$name] <= $most => $fields[$name],
            default => throw new MalformedRequest("{$name} is not a whole number from 0 to {$most}."),
        };
        $bpm = $fields['bpm'] ?? null;
        if ($bpm !== null && !is_int($bpm) && !is_float($bpm)) {
            throw new MalformedRequest('bpm is not a number.');
        }
        return new self(
            $text('prompt') ?? '',
            $number('bars', 0xffff),
            $bpm === null ? null : (float) $bpm,
            $text('key'),
            $number('seed', 0xffffffff),
            $text('engine') ?? '',
            $text('locale') ?? '',
        );
    }

    public function hints(): IntentOptions
    {
        $hints = new IntentOptions();
        if ($this->bars !== null) {
            $hints->setBars($this->bars);
        }
        if ($this->bpm !== null) {
            $hints->setBpm($this->bpm);
        }
        if ($this->key !== null) {
            $hints->setKeyText($this->key);
        }
        return $hints;
    }
}
