<?php

declare(strict_types=1);

namespace Boumbapp\ExpertsBundle\Controller;

use Boumbapp\Arranger\V2 as Arranger;
use Boumbapp\Drums\V2 as Drums;
use Boumbapp\Experts\Experts;
use Boumbapp\ExpertsBundle\Http\ContractJson;
use Boumbapp\ExpertsBundle\Http\EventStream;
use Boumbapp\ExpertsBundle\Http\RequestOptions;
use Boumbapp\ExpertsBundle\Security\UserLimit;
use Boumbapp\Melody\V2 as Melody;
use Boumbapp\Rag\V2 as Rag;
use Symfony\Component\HttpFoundation\Request;
use Symfony\Component\HttpFoundation\StreamedResponse;
use Symfony\Component\HttpKernel\Exception\NotFoundHttpException;

/** Streams of the experts to a browser, as server-sent events. Bodies are the contract's requests in JSON. */
final class StreamController
{
    public function __construct(
        private readonly Experts $experts,
        private readonly UserLimit $limit,
        private readonly RequestOptions $options,
    ) {
    }

    public function __invoke(Request $request, string $call): StreamedResponse
    {
        $this->limit->count($this->options->language());
        $events = match ($call) {
            'compose' => $this->experts->compose(ContractJson::read($request, Melody\ComposeRequest::class)),
            'drums' => $this->experts->drums(ContractJson::read($request, Drums\ComposeRequest::class)),
            'arrange' => $this->experts->arrange(ContractJson::read($request, Arranger\ComposeRequest::class)),
            'refine' => $this->experts->refine(ContractJson::read($request, Melody\RefineRequest::class)),
            'refine-drums' => $this->experts->refine(ContractJson::read($request, Drums\RefineRequest::class)),
            'refine-arrangement' => $this->experts->refine(ContractJson::read($request, Arranger\RefineRequest::class)),
            'chat' => $this->experts->chat(ContractJson::read($request, Rag\ChatRequest::class)),
            default => throw new NotFoundHttpException("No stream is called \"{$call}\"."),
        };
        if ($request->hasSession() && $request->getSession()->isStarted()) {
            $request->getSession()->save(); // or the user's other requests would wait for the end of the music
        }
        return EventStream::of($events);
    }
}
