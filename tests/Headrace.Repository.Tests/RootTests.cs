namespace Headrace.Repository;

public sealed class RootTests
{
    // Everything that the root may hold. A new entry is a decision: add it here, with the change that needs it.
    private static readonly string[] Entries =
    [
        ".ci", ".editorconfig", ".gitattributes", ".gitignore",
        "ARCHITECTURE.md", "CHANGELOG.md", "LICENSE", "README.md",
        "Directory.Build.props", "Directory.Packages.props", "Headrace.slnx", "global.json",
        "benchmarks", "docs", "eng", "samples", "src", "tests",
        "bench", "run", "test",
    ];

    [Fact]
    public void The_root_holds_what_a_newcomer_must_see_and_nothing_else()
    {
        Checkout.AssertNone(Checkout.RootEntries.Except(Entries), "Plans, notes and output of tools do not belong into the tree; anything else has a folder.");
        Assert.True(Checkout.RootEntries.Count() <= 20, "The root has more than 20 entries. Move some into a folder.");
    }

    [Fact]
    public void Documents_lie_in_the_root_or_in_docs() =>
        Checkout.AssertNone(
            Checkout.Files.Where(file => file.EndsWith(".md", StringComparison.Ordinal) && file.Contains('/') && !file.StartsWith("docs/", StringComparison.Ordinal)),
            "Notes beside the code are found by nobody. Say it in the code, in ARCHITECTURE.md or in docs.");
}
