<?php

declare(strict_types=1);

namespace Boumbapp\Experts\Errors;

/**
 * Texts for failures that no expert saw, and that so come without a text for people: the catalogue's own where it has
 * one (docs/errors.md).
 */
final class PublicTexts
{
    private const TEXTS = [
        'DEPENDENCY_DOWN' => [
            'en' => 'The {value} expert does not answer; try again in {retry_s} s.',
            'fr' => "L'expert {value} ne répond pas ; réessayez dans {retry_s} s.",
        ],
        'DEADLINE' => [
            'en' => 'The time given for the answer is over.',
            'fr' => 'Le temps accordé pour répondre est écoulé.',
        ],
        'QUOTA' => [
            'en' => 'You have asked for as much as you may for now; try again in {retry_s} s.',
            'fr' => "Vous avez demandé tout ce que vous pouviez pour l'instant ; réessayez dans {retry_s} s.",
        ],
        'REQUEST_TOO_LARGE' => [
            'en' => 'The request is too large.',
            'fr' => 'La demande est trop volumineuse.',
        ],
        'UNAUTHENTICATED' => [
            'en' => 'Sign in again: the music experts do not know who calls.',
            'fr' => 'Reconnectez-vous : les experts musicaux ne savent pas qui appelle.',
        ],
        'PERMISSION_DENIED' => [
            'en' => 'This call is not allowed.',
            'fr' => "Cet appel n'est pas permis.",
        ],
        'NOT_SERVED' => [
            'en' => 'The music experts here do not offer this.',
            'fr' => "Les experts musicaux d'ici ne proposent pas cela.",
        ],
        'MALFORMED' => [
            'en' => 'The request could not be read: {problem}',
            'fr' => "La demande n'a pas pu être lue : {problem}",
        ],
        'BROKEN' => [
            'en' => 'The music broke off on the way; try again in {retry_s} s.',
            'fr' => "La musique s'est interrompue en route ; réessayez dans {retry_s} s.",
        ],
    ];

    /**
     * A text in the language that a person prefers, French or English.
     *
     * @param array<string, string> $facts values for the places in braces
     */
    public static function text(string $reason, string $language, array $facts): string
    {
        $text = self::TEXTS[$reason][self::language($language)];
        return strtr($text, array_combine(array_map(static fn (string $name): string => '{' . $name . '}', array_keys($facts)), $facts));
    }

    /** "fr" or "en": the one that the value of an Accept-Language header names with the larger weight, else English. */
    private static function language(string $accepted): string
    {
        $weights = ['en' => 0.0, 'fr' => 0.0];
        foreach (explode(',', strtolower($accepted)) as $range) {
            if (preg_match('/^\s*(fr|en)(?:[-_][a-z0-9_-]+)?\s*(?:;\s*q=([0-9.]+))?\s*$/', $range, $found) === 1) {
                $weights[$found[1]] = max($weights[$found[1]], isset($found[2]) && is_numeric($found[2]) ? (float) $found[2] : 1.0);
            }
        }
        return $weights['fr'] > $weights['en'] ? 'fr' : 'en';
    }
}
