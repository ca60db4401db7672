<?php

declare(strict_types=1);

namespace Boumbapp\ExpertsBundle\Command;

use Boumbapp\ExpertsBundle\Generating\Generator;
use Boumbapp\ExpertsBundle\Generating\Order;
use Boumbapp\Experts\CallOptions;
use Boumbapp\Experts\Errors\ExpertException;
use Boumbapp\Experts\Experts;
use Boumbapp\Experts\Messages;
use Boumbapp\Experts\VerifiedUser;
use Boumbapp\Music\V2\Bar;
use Boumbapp\Music\V2\ComposingEvent;
use Boumbapp\Music\V2\Note;
use Boumbapp\Music\V2\Pace;
use Boumbapp\Music\V2\Started;
use Boumbapp\Music\V2\Track;
use Boumbapp\Theory\V2\ExportRequest;
use Symfony\Component\Console\Attribute\AsCommand;
use Symfony\Component\Console\Command\Command;
use Symfony\Component\Console\Input\InputArgument;
use Symfony\Component\Console\Input\InputInterface;
use Symfony\Component\Console\Input\InputOption;
use Symfony\Component\Console\Output\OutputInterface;

/** Composes at a terminal, in the name of a user: a line for each bar as it comes, and a MIDI file if one is asked for. */
#[AsCommand(name: 'boumb:compose', description: 'Composes a piece from a prompt')]
final class ComposeCommand extends Command
{
    public function __construct(private readonly Experts $experts, private readonly Generator $generator)
    {
        parent::__construct();
    }

    protected function configure(): void
    {
        $this
            ->addArgument('prompt', InputArgument::REQUIRED, 'What to compose, in French or English')
            ->addOption('user', 'u', InputOption::VALUE_REQUIRED, 'In whose name; the piece goes to their history', 'console')
            ->addOption('bars', 'b', InputOption::VALUE_REQUIRED, 'Number of bars, 1-128')
            ->addOption('seed', 's', InputOption::VALUE_REQUIRED, 'For the same music again')
            ->addOption('engine', null, InputOption::VALUE_REQUIRED, 'Engine by name', '')
            ->addOption('out', 'o', InputOption::VALUE_REQUIRED, 'MIDI file to write')
            ->addOption('json', null, InputOption::VALUE_NONE, 'An event per line, in JSON');
    }

    protected function execute(InputInterface $input, OutputInterface $output): int
    {
        $text = static fn (string $name): string => is_string($value = $input->getOption($name)) ? $value : '';
        $prompt = $input->getArgument('prompt');
        $order = new Order(
            is_string($prompt) ? $prompt : '',
            bars: $text('bars') === '' ? null : (int) $text('bars'),
            seed: $text('seed') === '' ? null : (int) $text('seed'),
        );
        $options = new CallOptions(new VerifiedUser($text('user')), language: str_replace('_', '-', explode('.', (string) getenv('LANG'))[0]) ?: 'en');
        try {
            $this->write($this->generator->events($order, $text('engine'), $options, Pace::PACE_AS_FAST_AS_POSSIBLE), $text('out'), (bool) $input->getOption('json'), $options, $output);
        } catch (ExpertException $failure) {
            $output->writeln("<error>{$failure->publicText}</error>");
            return Command::FAILURE;
        }
        return Command::SUCCESS;
    }

    /** @param \Generator<int, ComposingEvent, void, void> $events */
    private function write(\Generator $events, string $file, bool $json, CallOptions $options, OutputInterface $output): void
    {
        /** @var array<string, Track> $tracks */
        $tracks = [];
        $started = null;
        foreach ($events as $event) {
            $started ??= $event->getStarted();
            foreach (Messages::list(Track::class, $event->getStarted()?->getTracks()) as $track) {
                $tracks[$track->getId()] = $track;
            }
            $ready = $event->getBar();
            $track = $ready === null ? null : $tracks[$ready->getTrack()] ?? null;
            $track?->setBars([...Messages::list(Bar::class, $track->getBars()), $ready?->getBar() ?? new Bar()]);
            $output->writeln($json ? $event->serializeToJsonString() : self::line($event), OutputInterface::OUTPUT_RAW);
        }
        if ($file !== '' && $started !== null) {
            file_put_contents($file, $this->midi($started, array_values($tracks), $options));
            $output->writeln("-> {$file}", OutputInterface::OUTPUT_RAW);
        }
    }

    /** @param list<Track> $tracks */
    private function midi(Started $started, array $tracks, CallOptions $options): string
    {
        $request = new ExportRequest(['tracks' => $tracks, 'bpm' => $started->getBpm()]);
        if (($key = $started->getIntent()?->getKey()) !== null) {
            $request->setKey($key);
        }
        return $this->experts->export($request, $options)->getFile();
    }

    private static function line(ComposingEvent $event): string
    {
        if (($started = $event->getStarted()) !== null) {
            return "{$started->getExplanation()} (seed {$started->getSeed()})";
        }
        if (($ready = $event->getBar()) !== null) {
            $bar = $ready->getBar();
            $names = [];
            foreach (Messages::list(Note::class, $bar?->getNotes()) as $note) {
                $names[] = $note->getName();
            }
            $hits = count($bar?->getHits() ?? []);
            return sprintf('%3d %-10s %s', ($bar?->getIndex() ?? 0) + 1, $ready->getTrack(), $hits > 0 ? "{$hits} hits" : implode(' ', $names));
        }
        if (($notice = $event->getNotice()) !== null) {
            return "! {$notice->getMessage()}";
        }
        return $event->getProgress()?->getText() ?? "{$event->getCompleted()?->getBars()} bars";
    }
}
