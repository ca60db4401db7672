<?php

declare(strict_types=1);

namespace Boumbapp\ExpertsBundle\Controller;

use Boumbapp\Experts\Errors\ExpertException;
use Boumbapp\ExpertsBundle\Generating\Generator;
use Boumbapp\ExpertsBundle\Generating\Order;
use Boumbapp\ExpertsBundle\Http\RequestOptions;
use Boumbapp\ExpertsBundle\Security\UserLimit;
use Symfony\Component\HttpFoundation\JsonResponse;
use Symfony\Component\HttpFoundation\Request;

/** `POST /api/generate`: a prompt in, the notes of the whole piece out, in the form of the DAW's piano roll. */
final class GenerateController
{
    public function __construct(
        private readonly Generator $generator,
        private readonly UserLimit $limit,
        private readonly RequestOptions $options,
    ) {
    }

    /** @throws ExpertException the experts refuse or fail */
    public function __invoke(Request $request): JsonResponse
    {
        $order = Order::fromJson((string) $request->getContent());
        $this->limit->count($this->options->language());
        $response = new JsonResponse($this->generator->generate($order));
        return $response->setEncodingOptions(\JSON_PRESERVE_ZERO_FRACTION | \JSON_UNESCAPED_UNICODE | \JSON_UNESCAPED_SLASHES);
    }
}
