<?php

declare(strict_types=1);

namespace Boumbapp\ExpertsBundle\Messenger;

/** A piece that was ordered with ComposePiece is there. */
final class PieceComposed
{
    /** @param array<string, mixed> $piece as `/api/generate` answers */
    public function __construct(public readonly ComposePiece $message, public readonly array $piece)
    {
    }
}
