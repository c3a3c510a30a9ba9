namespace Headrace.Repository;

/// <summary>The files of the project, as they lie on the disk: tracked or not yet, without what the build and the editors leave behind.</summary>
internal static class Checkout
{
    private static readonly HashSet<string> Skipped = [".git", ".cache", ".vs", ".idea", ".vscode", "artifacts", "bin", "obj", "node_modules"];

    public static string Root { get; } = FindRoot();

    /// <summary>Paths from the root, with slashes.</summary>
    public static IReadOnlyList<string> Files { get; } = [.. Walk(new(Root)).Order(StringComparer.Ordinal)];

    public static IReadOnlyList<SourceFile> Sources { get; } = [.. Files.Where(file => file.EndsWith(".cs", StringComparison.Ordinal)).Select(file => new SourceFile(file))];

    /// <summary>The projects under src, by name.</summary>
    public static IReadOnlyList<string> Projects { get; } =
        [.. Files.Where(file => file.StartsWith("src/", StringComparison.Ordinal) && file.EndsWith(".csproj", StringComparison.Ordinal)).Select(Path.GetFileNameWithoutExtension)!];

    public static IEnumerable<string> RootEntries =>
        Files.Select(file => file.Split('/')[0]).Distinct();

    public static string Read(string file) => File.ReadAllText(Path.Combine(Root, file));

    public static void Write(string file, string text) => File.WriteAllText(Path.Combine(Root, file), text);

    /// <summary>Fails with all faults at once, when there are any.</summary>
    public static void AssertNone(IEnumerable<string> faults, string remedy)
    {
        var all = faults.ToList();
        Assert.True(all.Count == 0, $"{string.Join('\n', all)}\n{remedy}");
    }

    private static IEnumerable<string> Walk(DirectoryInfo folder) =>
        folder.EnumerateFileSystemInfos().Where(entry => !Skipped.Contains(entry.Name)).SelectMany(entry => entry switch
        {
            DirectoryInfo inner => Walk(inner),
            _ when entry.Extension == ".user" => [],
            _ => [Path.GetRelativePath(Root, entry.FullName).Replace('\\', '/')],
        });

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Headrace.slnx")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException($"No Headrace.slnx above {AppContext.BaseDirectory}. Run the tests from a checkout.");
        }

        return folder.FullName;
    }
}
