<?php

declare(strict_types=1);

namespace Boumbapp\Experts\Tests;

use Boumbapp\Experts\Errors\PublicTexts;
use PHPUnit\Framework\TestCase;

final class PublicTextsTest extends TestCase
{
    public function testTheLanguageIsTheOneThatIsPreferred(): void
    {
        $french = PublicTexts::text('DEADLINE', 'fr', []);
        $english = PublicTexts::text('DEADLINE', 'en', []);
        $cases = [
            'fr-FR,fr;q=0.9,en;q=0.8' => $french, 'en,fr;q=0.5' => $english, 'de,fr;q=0.2,en;q=0.1' => $french, '' => $english,
            'de' => $english, 'FR' => $french, 'fr_CA' => $french, 'fr;q=0' => $english, 'frog' => $english, "fr\nen" => $english,
        ];
        foreach ($cases as $accepted => $text) {
            self::assertSame($text, PublicTexts::text('DEADLINE', (string) $accepted, []), "\"$accepted\"");
        }
    }

    public function testTextsOfTheCatalogueAreTheCataloguesOwn(): void
    {
        $catalogue = (string) file_get_contents(dirname(__DIR__, 3) . '/docs/errors.md');
        foreach (['DEPENDENCY_DOWN', 'DEADLINE'] as $code) {
            self::assertSame(1, preg_match("/^\\| `$code` \\| `\\w+` \\| (.+) \\| (.+) \\|$/m", $catalogue, $row));
            self::assertSame([$row[1], $row[2]], [PublicTexts::text($code, 'en', []), PublicTexts::text($code, 'fr', [])]);
        }
    }
}
