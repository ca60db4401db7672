<?php

declare(strict_types=1);

namespace Boumbapp\Experts;

use Boumbapp\Arranger\V2 as Arranger;
use Boumbapp\Drums\V2 as Drums;
use Boumbapp\Experts\Calls\Calls;
use Boumbapp\Experts\Calls\Deadline;
use Boumbapp\Experts\Calls\ResumingStream;
use Boumbapp\Experts\Errors\ExpertException;
use Boumbapp\Experts\Observing\CallObserver;
use Boumbapp\Journal\V2 as Journal;
use Boumbapp\Magenta\V2 as Magenta;
use Boumbapp\Melody\V2 as Melody;
use Boumbapp\Music\V2\Bar;
use Boumbapp\Music\V2\ComposingEvent;
use Boumbapp\Music\V2\IntentOptions;
use Boumbapp\Rag\V2 as Rag;
use Boumbapp\Theory\V2 as Theory;
use Google\Protobuf\Internal\Message;
use Psr\Log\LoggerInterface;
use Psr\Log\NullLogger;

/**
 * The music experts, through the gateway.
 *
 * Methods that stream return generators: the call begins with the first event that is asked for, each event is there as
 * soon as the expert made it, and a consumer that stops (`break`, an exception, `unset`) cancels it, which stops the
 * engine within a bar. All of them throw ExpertException.
 */
final class Experts
{
    /** @var array<class-string, object> */
    private array $stubs = [];
    private readonly Calls $calls;

    /**
     * @param CallOptions|\Closure(): CallOptions|null $defaults for calls whose own options say nothing; a closure is asked
     *     at each call
     * @param iterable<CallObserver> $observers are informed of every call that ended
     * @param float $streamS deadline of streams in seconds, unless a call's options say another
     * @param float $unaryS deadline of other calls, likewise
     */
    public function __construct(
        private readonly Connection $connection,
        private readonly CallOptions|\Closure|null $defaults = null,
        ?LoggerInterface $logger = null,
        iterable $observers = [],
        private readonly float $streamS = 300.0,
        private readonly float $unaryS = 15.0,
    ) {
        if ($streamS <= 0.0 || $unaryS <= 0.0) {
            throw new \InvalidArgumentException("Deadlines of {$streamS} s and {$unaryS} s are over already.");
        }
        $this->calls = new Calls($logger ?? new NullLogger(), $observers);
    }

    /**
     * Compose a part: a bass line, a lead, arpeggios, chords, a pad.
     *
     * @return \Generator<int, ComposingEvent, void, void>
     */
    public function compose(string|Melody\ComposeRequest $request, ?CallOptions $options = null): \Generator
    {
        $request = is_string($request) ? new Melody\ComposeRequest(['prompt' => $request]) : $request;
        return $this->composing('melody/Compose', $request, Melody\MelodyServiceClient::class, Melody\ComposeResponse::class, $options);
    }

    /**
     * Compose a groove.
     *
     * @return \Generator<int, ComposingEvent, void, void>
     */
    public function drums(string|Drums\ComposeRequest $request, ?CallOptions $options = null): \Generator
    {
        $request = is_string($request) ? new Drums\ComposeRequest(['prompt' => $request]) : $request;
        return $this->composing('drums/Compose', $request, Drums\DrumsServiceClient::class, Drums\ComposeResponse::class, $options);
    }

    /**
     * Compose several parts that know of each other; bar k of all of them comes before bar k+1 of any.
     *
     * @return \Generator<int, ComposingEvent, void, void>
     */
    public function arrange(string|Arranger\ComposeRequest $request, ?CallOptions $options = null): \Generator
    {
        $request = is_string($request) ? new Arranger\ComposeRequest(['prompt' => $request]) : $request;
        return $this->composing('arranger/Compose', $request, Arranger\ArrangerServiceClient::class, Arranger\ComposeResponse::class, $options);
    }

    /**
     * Change what is there by words: a part, a groove, or a whole arrangement.
     *
     * @return \Generator<int, ComposingEvent, void, void>
     */
    public function refine(
        Melody\RefineRequest|Drums\RefineRequest|Arranger\RefineRequest $request,
        ?CallOptions $options = null,
    ): \Generator {
        [$method, $stub, $response] = match (true) {
            $request instanceof Drums\RefineRequest => ['drums/Refine', Drums\DrumsServiceClient::class, Drums\RefineResponse::class],
            $request instanceof Arranger\RefineRequest => ['arranger/Refine', Arranger\ArrangerServiceClient::class, Arranger\RefineResponse::class],
            default => ['melody/Refine', Melody\MelodyServiceClient::class, Melody\RefineResponse::class],
        };
        return $this->composing($method, $request, $stub, $response, $options);
    }

    /**
     * Go on from bars that exist, by the same expert that composes; only new bars come.
     *
     * @param list<Bar> $bars numbered from 0, in the metre of the piece
     * @param int $total bars of the piece, those that exist included
     * @param string|Melody\ComposeRequest|Drums\ComposeRequest $request what the piece is: words, or the request that it was
     *     composed from
     * @return \Generator<int, ComposingEvent, void, void>
     */
    public function continue(
        array $bars,
        int $total,
        string|Melody\ComposeRequest|Drums\ComposeRequest $request,
        ?CallOptions $options = null,
    ): \Generator {
        $longer = is_string($request) ? new Melody\ComposeRequest(['prompt' => $request]) : clone $request;
        $longer->setGivenBars($bars);
        if (($intent = $longer->getIntent()) !== null) { // refuses overrides beside it
            $longer->setIntent((clone $intent)->setBars($total));
        } else {
            $longer->setOverrides((clone ($longer->getOverrides() ?? new IntentOptions()))->setBars($total));
        }
        return $longer instanceof Drums\ComposeRequest ? $this->drums($longer, $options) : $this->compose($longer, $options);
    }

    /**
     * Continue a melody with Magenta's networks, where they run.
     *
     * @return \Generator<int, ComposingEvent, void, void>
     */
    public function continueWithMagenta(Magenta\ContinueRequest $request, ?CallOptions $options = null): \Generator
    {
        return $this->composing('magenta/Continue', $request, Magenta\MagentaServiceClient::class, Magenta\ContinueResponse::class, $options);
    }

    /**
     * Ask a question; sentences come as they are made.
     *
     * @return \Generator<int, Rag\ChatResponse, void, void>
     */
    public function chat(string|Rag\ChatRequest $request, ?CallOptions $options = null): \Generator
    {
        $request = is_string($request) ? new Rag\ChatRequest(['message' => $request]) : $request;
        $options = $this->completed($options, $request);
        $start = fn (array $metadata, array $call) => $this->stub(Rag\RagServiceClient::class)->Chat($request, $metadata, $call);
        return $this->calls->stream('rag/Chat', $start, Rag\ChatResponse::class, $options, $this->streamDeadline($options));
    }

    /** Understand a prompt without composing. */
    public function analyse(string|Theory\AnalyseRequest $request, ?CallOptions $options = null): Theory\AnalyseResponse
    {
        $request = is_string($request) ? new Theory\AnalyseRequest(['prompt' => $request]) : $request;
        return $this->unary('theory/Analyse', $request, Theory\TheoryServiceClient::class, Theory\AnalyseResponse::class, $options);
    }

    /** Write tracks as a MIDI or MusicXML file. */
    public function export(Theory\ExportRequest $request, ?CallOptions $options = null): Theory\ExportResponse
    {
        return $this->unary('theory/Export', $request, Theory\TheoryServiceClient::class, Theory\ExportResponse::class, $options);
    }

    /** Read tracks from a MIDI or MusicXML file. */
    public function import(Theory\ImportRequest $request, ?CallOptions $options = null): Theory\ImportResponse
    {
        return $this->unary('theory/Import', $request, Theory\TheoryServiceClient::class, Theory\ImportResponse::class, $options);
    }

    /**
     * Say what the user thinks of a piece; said again, it replaces what was said before.
     *
     * @param string $requestId of the piece, as Started says
     * @param int $stars 1 to 5
     */
    public function rate(string $requestId, int $stars, string $comment = '', ?CallOptions $options = null): Journal\RateResponse
    {
        $request = new Journal\RateRequest(['request_id' => $requestId, 'stars' => $stars, 'comment' => $comment]);
        return $this->unary('journal/Rate', $request, Journal\JournalServiceClient::class, Journal\RateResponse::class, $options);
    }

    /** The user's pieces, the newest first. */
    public function history(?Journal\HistoryRequest $request = null, ?CallOptions $options = null): Journal\HistoryResponse
    {
        return $this->unary('journal/History', $request ?? new Journal\HistoryRequest(), Journal\JournalServiceClient::class, Journal\HistoryResponse::class, $options);
    }

    /**
     * Which experts answer, and why the others do not.
     *
     * @return array<string, ExpertException|null> by expert; null for one that answers
     */
    public function health(?CallOptions $options = null): array
    {
        $options = (new CallOptions(deadlineS: 2.0))->or($options);
        $asks = [
            'theory' => fn () => $this->unary('theory/Info', new Theory\InfoRequest(), Theory\TheoryServiceClient::class, Theory\InfoResponse::class, $options),
            'melody' => fn () => $this->unary('melody/Info', new Melody\InfoRequest(), Melody\MelodyServiceClient::class, Melody\InfoResponse::class, $options),
            'drums' => fn () => $this->unary('drums/Info', new Drums\InfoRequest(), Drums\DrumsServiceClient::class, Drums\InfoResponse::class, $options),
            'arranger' => fn () => $this->unary('arranger/Info', new Arranger\InfoRequest(), Arranger\ArrangerServiceClient::class, Arranger\InfoResponse::class, $options),
            'rag' => fn () => $this->unary('rag/Info', new Rag\InfoRequest(), Rag\RagServiceClient::class, Rag\InfoResponse::class, $options),
            'journal' => fn () => $this->unary('journal/Info', new Journal\InfoRequest(), Journal\JournalServiceClient::class, Journal\InfoResponse::class, $options),
        ];
        return array_map(static function (\Closure $ask): ?ExpertException {
            try {
                $ask();
                return null;
            } catch (ExpertException $failure) {
                return $failure;
            }
        }, $asks);
    }

    /**
     * @param class-string $stub the generated client of the service
     * @param class-string<Message> $response
     * @return \Generator<int, ComposingEvent, void, void>
     */
    private function composing(string $method, Message $request, string $stub, string $response, ?CallOptions $options): \Generator
    {
        $options = $this->completed($options, $request);
        $name = explode('/', $method, 2)[1];
        $start = fn (Message $asked): \Closure => fn (array $metadata, array $call) => $this->stub($stub)->{$name}($asked, $metadata, $call);
        return (new ResumingStream($this->calls))->events($method, $request, $start, $response, $options, $this->streamDeadline($options));
    }

    /**
     * @template T of Message
     * @param class-string $stub
     * @param class-string<T> $response
     * @return T
     */
    private function unary(string $method, Message $request, string $stub, string $response, ?CallOptions $options): Message
    {
        $options = $this->completed($options, $request);
        $name = explode('/', $method, 2)[1];
        $start = fn (array $metadata, array $call) => $this->stub($stub)->{$name}($request, $metadata, $call);
        return $this->calls->unary($method, $start, $response, $options, new Deadline($options->deadlineS ?? $this->unaryS));
    }

    /**
     * @template T of object
     * @param class-string<T> $class
     * @return T
     */
    private function stub(string $class): object
    {
        return $this->stubs[$class] ??= new $class($this->connection->address, [], $this->connection->channel());
    }

    /** Options with the defaults; texts that the gateway or this client says follow the language of the request. */
    private function completed(?CallOptions $options, Message $request): CallOptions
    {
        $locale = method_exists($request, 'getLocale') ? $request->getLocale() : '';
        $asked = $locale === '' ? null : new CallOptions(language: $locale);
        $defaults = $this->defaults instanceof \Closure ? ($this->defaults)() : $this->defaults;
        return ($asked ?? new CallOptions())->or($options)->or($defaults);
    }

    private function streamDeadline(CallOptions $options): Deadline
    {
        return new Deadline($options->deadlineS ?? $this->streamS);
    }
}
