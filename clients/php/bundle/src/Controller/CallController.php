<?php

declare(strict_types=1);

namespace Boumbapp\ExpertsBundle\Controller;

use Boumbapp\Experts\Experts;
use Boumbapp\ExpertsBundle\Http\ContractJson;
use Boumbapp\ExpertsBundle\Http\RequestOptions;
use Boumbapp\ExpertsBundle\Security\UserLimit;
use Boumbapp\Journal\V2 as Journal;
use Boumbapp\Theory\V2 as Theory;
use Symfony\Component\HttpFoundation\JsonResponse;
use Symfony\Component\HttpFoundation\Request;
use Symfony\Component\HttpKernel\Exception\NotFoundHttpException;

/** Calls with one answer: request and answer are the contract's, in JSON. */
final class CallController
{
    public function __construct(
        private readonly Experts $experts,
        private readonly UserLimit $limit,
        private readonly RequestOptions $options,
    ) {
    }

    public function __invoke(Request $request, string $call): JsonResponse
    {
        $this->limit->count($this->options->language());
        $answer = match ($call) {
            'analyse' => $this->experts->analyse(ContractJson::read($request, Theory\AnalyseRequest::class)),
            'export' => $this->experts->export(ContractJson::read($request, Theory\ExportRequest::class)),
            'import' => $this->experts->import(ContractJson::read($request, Theory\ImportRequest::class)),
            'history' => $this->experts->history(ContractJson::read($request, Journal\HistoryRequest::class)),
            'rate' => $this->rate(ContractJson::read($request, Journal\RateRequest::class)),
            default => throw new NotFoundHttpException("No call is called \"{$call}\"."),
        };
        return JsonResponse::fromJsonString($answer->serializeToJsonString());
    }

    private function rate(Journal\RateRequest $request): Journal\RateResponse
    {
        return $this->experts->rate($request->getRequestId(), $request->getStars(), $request->getComment());
    }
}
