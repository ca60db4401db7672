<?php

declare(strict_types=1);

namespace Boumbapp\Experts\Calls;

use Boumbapp\Arranger\V2\ComposeRequest as ArrangeRequest;
use Boumbapp\Arranger\V2\Part;
use Boumbapp\Drums\V2\ComposeRequest as DrumsRequest;
use Boumbapp\Magenta\V2\ContinueRequest;
use Boumbapp\Melody\V2\ComposeRequest as MelodyRequest;
use Boumbapp\Experts\Messages;
use Boumbapp\Music\V2\Bar;
use Boumbapp\Music\V2\IntentPart;
use Boumbapp\Music\V2\Started;
use Boumbapp\Music\V2\Track;
use Google\Protobuf\Internal\Message;

/**
 * The request that goes on with a piece: the same one, with the seed that Started gave and the bars that came. The
 * experts keep nothing of a stream that broke; any of them goes on from that.
 *
 * @internal
 */
final class Continuation
{
    /**
     * @param Message $request as it was sent
     * @param array<string, list<Bar>> $bars that came, by track
     * @return Message|null null where a request says nothing about bars that are there, such as one to refine
     */
    public static function of(Message $request, Started $started, array $bars): ?Message
    {
        $all = array_merge(...array_values($bars));
        return match (true) {
            $request instanceof MelodyRequest => self::melody(self::copy($request), $started, $all),
            $request instanceof DrumsRequest => self::copy($request)
                ->setSeed($started->getSeed())
                ->setGivenBars([...Messages::list(Bar::class, $request->getGivenBars()), ...$all]),
            $request instanceof ArrangeRequest => self::arrangement(self::copy($request), $started, $bars),
            $request instanceof ContinueRequest && count($request->getPrimerNotes()) === 0 => self::copy($request)
                ->setSeed($started->getSeed())
                ->setPrimerBars([...Messages::list(Bar::class, $request->getPrimerBars()), ...$all]),
            default => null,
        };
    }

    /** @param list<Bar> $bars */
    private static function melody(MelodyRequest $request, Started $started, array $bars): MelodyRequest
    {
        $came = array_map(static fn (Bar $bar): int => $bar->getIndex(), $bars);
        $given = []; // those that were given to be coloured have come coloured
        foreach (Messages::list(Bar::class, $request->getGivenBars()) as $bar) {
            if (!in_array($bar->getIndex(), $came, true)) {
                $given[] = $bar;
            }
        }
        return $request
            ->setSeed($started->getSeed())
            ->setGivenBars([...$given, ...$bars])
            ->setColour(array_values(array_diff(iterator_to_array($request->getColour()), $came)));
    }

    /** @param array<string, list<Bar>> $bars */
    private static function arrangement(ArrangeRequest $request, Started $started, array $bars): ArrangeRequest
    {
        if (count($request->getParts()) === 0) {
            $request->setParts(self::parts($started));
        }
        $parts = Messages::list(Part::class, $request->getParts());
        // Started names the tracks in the order of the parts.
        foreach (Messages::list(Track::class, $started->getTracks()) as $place => $track) {
            $given = Messages::list(Bar::class, $parts[$place]->getGivenBars());
            $parts[$place]->setId($track->getId())->setGivenBars([...$given, ...$bars[$track->getId()] ?? []]);
        }
        return $request->setSeed($started->getSeed());
    }

    /** @return list<Part> the parts that the words or the style's band asked for */
    private static function parts(Started $started): array
    {
        $styles = []; // a style that the words give to one of several parts
        $named = Messages::list(IntentPart::class, $started->getIntent()?->getParts());
        foreach (count($named) > 1 ? $named : [] as $part) {
            $styles[$part->getRole()][] = $part->getStyle();
        }
        $parts = [];
        foreach (Messages::list(Track::class, $started->getTracks()) as $track) {
            $part = new Part(['id' => $track->getId(), 'role' => $track->getRole(), 'name' => $track->getName()]);
            if ($track->hasProgram()) {
                $part->setProgram($track->getProgram());
            }
            if (($styles[$track->getRole()] ?? []) !== []) {
                $part->setStyle(array_shift($styles[$track->getRole()]));
            }
            $parts[] = $part;
        }
        return $parts;
    }

    /**
     * @template T of Message
     * @param T $message
     * @return T
     */
    private static function copy(Message $message): Message
    {
        $copy = new ($message::class)();
        $copy->mergeFromString($message->serializeToString());
        return $copy;
    }
}
