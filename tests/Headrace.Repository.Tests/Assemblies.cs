using Microsoft.CodeAnalysis;

namespace Headrace.Repository;

/// <summary>What this test program runs with: every project under src, and all that they refer to.</summary>
internal static class Assemblies
{
    public static IReadOnlyDictionary<string, MetadataReference> ByName { get; } =
        ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
        .DistinctBy(Path.GetFileName)
        .ToDictionary(path => Path.GetFileNameWithoutExtension(path), MetadataReference (path) => MetadataReference.CreateFromFile(path));
}
