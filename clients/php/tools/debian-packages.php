<?php

// Makes Composer packages of the PHP libraries that Debian installed, for projects that are tested without Packagist.
// Usage: php debian-packages.php TARGET GRPC. TARGET is made, with a folder for each package; GRPC is what build-grpc.sh left.
// Prints the repositories as JSON, for the composer.json of a project.

declare(strict_types=1);

[, $target, $grpc] = $argv;
const DEBIAN = '/usr/share/php';

/** Version of what Debian installed, as its own package names it. */
$version = static function (string $package): string {
    $told = trim((string) shell_exec('dpkg-query -W -f \'${Version}\' ' . escapeshellarg($package)));
    return preg_match('/^(?:\d+:)?(\d+(?:\.\d+){0,3})/', $told, $found) === 1
        ? $found[1]
        : throw new RuntimeException("$package is not installed.");
};
/** @param array<string, mixed> $package its composer.json */
$write = static function (string $folder, array $package) use ($target): void {
    if (!is_dir("$target/$folder")) {
        mkdir("$target/$folder", recursive: true);
    }
    file_put_contents("$target/$folder/composer.json", json_encode($package, JSON_THROW_ON_ERROR | JSON_UNESCAPED_SLASHES));
};

$write('protobuf', [
    'name' => 'google/protobuf',
    'version' => $version('php-google-protobuf'),
    'autoload' => ['psr-4' => [
        'Google\\Protobuf\\' => 'Google/Protobuf/',
        'GPBMetadata\\Google\\Protobuf\\' => 'GPBMetadata/Google/Protobuf/',
    ]],
]);
foreach (['Google', 'GPBMetadata'] as $name) {
    symlink(DEBIAN . "/$name", "$target/protobuf/$name");
}
// Debian's loaders find a library's classes, its files with functions, and what it depends on.
foreach (glob(DEBIAN . '/{Symfony/{Component,Bundle}/*,Symfony/Component/Security/*,Psr/*}/autoload.php', GLOB_BRACE) ?: [] as $loader) {
    $parts = explode('/', substr(dirname($loader), strlen(DEBIAN) + 1));
    $words = array_map(
        static fn (string $word): string => strtolower((string) preg_replace('/(?<=[a-z0-9])(?=[A-Z])/', '-', $word)),
        $parts[0] === 'Symfony' ? array_slice($parts, 2) : array_slice($parts, 1),
    );
    $name = implode('-', $words);
    $vendor = strtolower($parts[0]);
    $write("$vendor-$name", [
        'name' => "$vendor/$name",
        'version' => $version("php-$vendor-$name"),
        'autoload' => ['files' => ['autoload.php']],
    ]);
    file_put_contents("$target/$vendor-$name/autoload.php", "<?php\n\nrequire_once " . var_export($loader, true) . ";\n");
}

$root = dirname(__DIR__, 3);
$paths = ["$target/*", "$grpc/package", "$root/gen/php", "$root/clients/note-form/php", "$root/clients/php", "$root/clients/php/bundle"];
$repositories = array_map(static fn (string $path): array => ['type' => 'path', 'url' => $path], $paths);
echo json_encode([...$repositories, ['packagist' => false]], JSON_THROW_ON_ERROR | JSON_UNESCAPED_SLASHES), "\n";
