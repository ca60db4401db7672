<?php

declare(strict_types=1);

namespace Boumbapp\ExpertsBundle\Messenger;

use Boumbapp\ExpertsBundle\Generating\Order;

/** Order a piece from a worker: dispatch it, and listen to PieceComposed. The user is the one that was verified then. */
final class ComposePiece
{
    /**
     * @param string $id yours, to know the answer by
     * @param string $user whose piece it is
     * @param list<string> $roles of the user
     */
    public function __construct(
        public readonly string $id,
        public readonly Order $order,
        public readonly string $user,
        public readonly array $roles = [],
    ) {
    }
}
