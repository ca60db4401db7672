<?php

declare(strict_types=1);

namespace Boumbapp\ExpertsBundle\Messenger;

use Boumbapp\Experts\CallOptions;
use Boumbapp\Experts\Errors\DeadlineExceeded;
use Boumbapp\Experts\Errors\ExpertException;
use Boumbapp\Experts\Errors\ExpertFailed;
use Boumbapp\Experts\Errors\ExpertUnavailable;
use Boumbapp\Experts\Errors\TooManyRequests;
use Boumbapp\Experts\VerifiedUser;
use Boumbapp\ExpertsBundle\Generating\Generator;
use Psr\EventDispatcher\EventDispatcherInterface;
use Symfony\Component\Messenger\Exception\UnrecoverableMessageHandlingException;

/** Composes in a worker. What may go better later is tried again as the transport says; what is wrong with an order is not. */
final class ComposePieceHandler
{
    public function __construct(private readonly Generator $generator, private readonly EventDispatcherInterface $events)
    {
    }

    public function __invoke(ComposePiece $message): void
    {
        $options = new CallOptions(caller: new VerifiedUser($message->user, $message->roles), language: $message->order->locale ?: null);
        try {
            $piece = $this->generator->generate($message->order, $options);
        } catch (ExpertUnavailable | TooManyRequests | DeadlineExceeded | ExpertFailed $failure) {
            throw $failure;
        } catch (ExpertException $failure) {
            throw new UnrecoverableMessageHandlingException($failure->getMessage(), $failure->getCode(), $failure);
        }
        $this->events->dispatch(new PieceComposed($message, $piece));
    }
}
